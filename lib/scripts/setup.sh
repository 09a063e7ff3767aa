# What is done once to the base image of an opamplan plan: tools, opam, a user, an empty switch.
# Runs as root, by the image's sh. See opamplan's documentation.
set -eu
umask 022
# Options that opamplan sets.
user=opam
opam_from=
opam_version=
snapshot=
mirrors=
# End of options.
root=/opamplan

if [ -n "$snapshot" ]; then
  rm -f /etc/apt/sources.list /etc/apt/sources.list.d/*
  VERSION_CODENAME=
  # shellcheck source=/dev/null
  . /etc/os-release
  archive=http://snapshot.debian.org/archive
  {
    for suite in "$VERSION_CODENAME" "$VERSION_CODENAME-updates"; do
      echo "deb [check-valid-until=no] $archive/debian/$snapshot $suite main"
    done
    echo "deb [check-valid-until=no] $archive/debian-security/$snapshot $VERSION_CODENAME-security main"
  } >/etc/apt/sources.list
fi
# Packages that are downloaded go where steps share them: no hook may delete them there.
rm -f /etc/apt/apt.conf.d/docker-clean

# What opam and most packages need, by the names of each package manager.
install_tools() {
  tools='git rsync unzip curl patch m4 make gcc tar bzip2 diffutils'
  if command -v apt-get >/dev/null; then
    apt-get update -qq
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
      $tools g++ libc6-dev ca-certificates xz-utils pkg-config "$@" >/dev/null
  elif command -v apk >/dev/null; then
    # shellcheck disable=SC2086
    apk add --quiet $tools g++ musl-dev linux-headers bash ca-certificates coreutils findutils xz setpriv "$@"
  elif command -v dnf >/dev/null; then
    # shellcheck disable=SC2086
    dnf install -y -q $tools gcc-c++ ca-certificates which xz findutils util-linux "$@"
  elif command -v zypper >/dev/null; then
    # shellcheck disable=SC2086
    zypper --non-interactive --quiet install $tools gcc-c++ ca-certificates which xz findutils util-linux "$@"
  elif command -v pacman >/dev/null; then
    # shellcheck disable=SC2086
    pacman -Sy --noconfirm --needed $tools ca-certificates which xz findutils util-linux "$@"
  else
    echo "opamplan: the image has no package manager that is known (apt, apk, dnf, zypper, pacman)" >&2
    echo "opamplan: and lacks what is needed: give an image that has opam, or --setup" >&2
    return 1
  fi
}
has() {
  for program; do command -v "$program" >/dev/null || return 1; done
}
case $opam_from in
distribution) install_tools opam ;;
file)
  has make cc patch rsync tar || install_tools
  cp $root/in/opam /usr/local/bin/opam
  chmod 755 /usr/local/bin/opam
  ;;
*)
  # An image that has opam may be meant to be as small as it is.
  if has opam; then
    has make cc patch rsync tar || install_tools || echo "opamplan: going on without them" >&2
  elif [ "$opam_from" = image ]; then
    echo "opamplan: the image has no opam" >&2
    exit 1
  else
    install_tools opam
  fi
  ;;
esac

# An image may have several: opam-2.1, opam-2.2...
if [ -n "$opam_version" ]; then
  for program in opam "opam-${opam_version%.*}" "opam-$opam_version"; do
    has "$program" || continue
    [ "$("$program" --version 2>/dev/null)" = "$opam_version" ] || continue
    if [ "$program" != opam ]; then
      mkdir -p /usr/local/bin
      ln -sf "$(command -v "$program")" /usr/local/bin/opam
      hash -r # the shell knows another place
    fi
    break
  done
  found=$(opam --version)
  if [ -n "$found" ] && [ "$found" != "$opam_version" ]; then
    echo "opamplan: the image has opam $found, the plan is made for $opam_version." >&2
    echo "opamplan: Plan with opam-version=$found, or bring another opam with --opam." >&2
    exit 1
  fi
fi

# Steps look for packages anew.
if command -v apt-get >/dev/null; then
  rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/cache/apt/archives/*.deb
fi

if [ -n "$user" ] && [ "$user" != root ]; then
  if ! grep -q "^$user:" /etc/passwd; then
    id=1000
    while cut -d: -f3 /etc/passwd /etc/group 2>/dev/null | grep -qx "$id"; do id=$((id + 1)); done
    # By hand: every image has another program for it, or none.
    echo "$user:x:$id:$id::/home/$user:/bin/sh" >>/etc/passwd
    echo "$user:x:$id:" >>/etc/group
    if [ -f /etc/shadow ]; then echo "$user:!:19000:0:99999:7:::" >>/etc/shadow; fi
    mkdir -p "/home/$user"
    chown "$id:$id" "/home/$user"
  fi
  # Archives of a temporary folder have a root that only root may enter.
  chmod a+rx /
  mkdir -p /tmp
  chmod 1777 /tmp
fi

mkdir -p $root/repository/packages $root/opam $root/layers $root/results
{
  echo 'opam-version: "2.0"'
  [ -z "$mirrors" ] || echo "archive-mirrors: [ $mirrors ]"
} >$root/repository/repo
become() { sh -euc "$1"; }
if [ -n "$user" ] && [ "$user" != root ]; then
  IFS=: read -r name _ number group _ home _ <<EOT
$(grep "^$user:" /etc/passwd)
EOT
  chown -R "$number:$group" $root/opam
  export HOME="$home" USER="$name" LOGNAME="$name"
  if setpriv --reuid="$number" --regid="$group" --clear-groups true 2>/dev/null; then
    become() { setpriv --reuid="$number" --regid="$group" --clear-groups sh -euc "$1"; }
  else
    become() { su -m -s /bin/sh "$user" -c "set -eu; $1"; }
  fi
fi
cd /
become "opam init --bare --no-setup --disable-sandboxing -k local default $root/repository
opam switch create default --empty
rm -rf $root/opam/log $root/opam/download-cache $root/opam/repo/state-*.cache"
