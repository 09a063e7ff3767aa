/// \file
/// The scripts of lib/scripts as texts; written by scripts/embed.
#pragma once

#include <string_view>

// clang-format off
namespace opamplan::script_text {

inline constexpr std::string_view collect = R"sh(#!/bin/sh
# Gathers results into /opamplan/all, each layer once. See opamplan's documentation.
#
# Below /opamplan/in/t/PACKAGE/LAYER is mounted what the step of that layer tells of it, so the plan
# says whose result it is, not the result. All of it is foreign: only plain files are read, and no
# more of them than is told here. Below /opamplan/in/all is what other collecting steps gathered.
set -u
umask 022
# Options that opamplan sets.
log_limit=4194304
# End of options.
in=/opamplan/in
all=/opamplan/all
mkdir -p "$all/layers"

# Sets `line` to the first line of a file, if that is plain and short.
first_line() {
  line=
  if [ -f "$1" ] && [ ! -L "$1" ]; then line=$(head -c 64 "$1" | head -n 1); fi
}
# A number in decimal digits, of at most 15; else `-`.
number() {
  first_line "$1"
  case $line in
  '' | *[!0-9]* | ????????????????*) line=- ;;
  esac
}

for folder in "$in"/t/*/*; do
  [ -d "$folder" ] || continue
  layer=${folder##*/}
  package=${folder%/*}
  package=${package##*/}
  first_line "$folder/status"
  status=$line
  case $status in
  success | failure | dependency_failed | download_failed) ;;
  *) continue ;;
  esac
  own=$all/layers/$package/$layer
  mkdir -p "$own"
  number "$folder/seconds"
  seconds=$line
  number "$folder/size"
  size=$line
  echo "$status" >"$own/status"
  echo "$layer" >"$own/layer"
  [ "$seconds" = - ] || echo "$seconds" >"$own/seconds"
  [ "$size" = - ] || echo "$size" >"$own/size"
  if [ -f "$folder/log" ] && [ ! -L "$folder/log" ]; then
    head -c "$log_limit" "$folder/log" >"$own/log"
  fi
  printf '%s\t%s\t%s\t%s\t%s\n' "$status" "$seconds" "$package" "$layer" "$size"
done >"$all/index.tsv"

for gathered in "$in"/all/*; do
  [ -d "$gathered/layers" ] || continue
  cp -R "$gathered/layers/." "$all/layers/"
  cat "$gathered/index.tsv" >>"$all/index.tsv"
done
)sh";

inline constexpr std::string_view setup = R"sh(# What is done once to the base image of an opamplan plan: tools, opam, a user, an empty switch.
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
)sh";

inline constexpr std::string_view step = R"sh(#!/bin/sh
# One step of an opamplan plan: bring in what other steps installed, install, keep what is new.
# Runs as root. opam, and all that packages do, runs as $user and can gain no rights, so a package
# writes to its switch, to its home and to temporary folders, and nowhere else.
#
#   step [-r N] [-d SYSTEM...] [-g PACKAGE...] [-t] [-D]
#        ([-w PACKAGE...] -i LAYER PACKAGE NEED...)... [-e PACKAGE]
#
# Where steps are merged, the image has the files of packages already if nothing is mounted for
# them, and what is installed goes into the mount $delta, as a tree of its own.
#
# See opamplan's documentation. Words hold no newline: lists are split there and nowhere else.
set -u
set -f
IFS='
'
umask 022
# Options that opamplan sets.
user=opam
time_limit=0
log_half=2097152
attempts=3
# End of options.

in=/opamplan/in # what the builder mounts
repository=/opamplan/repository
layers=/opamplan/layers   # by package: its status, and the files that other steps graft
results=/opamplan/results # by package and layer: what is told of it
opam_root=/opamplan/opam
switch=$opam_root/default
notes=/opamplan/notes
delta=$in/own

# --- As $user -------------------------------------------------------------------------------------

# Installs $1, NAME.VERSION.
install_package() {
  opam update --quiet default &&
    opam install --switch=default ${with_test:+--with-test} ${with_doc:+--with-doc} "$1"
} # end of install_package

# Sets what step a package is brought in from keeps: its `status`, the opam files, the files, and
# what of others' it took away or replaced.
kept_by() {
  if [ -d "$in/g/$1/opamplan" ]; then
    kept=$in/g/$1/opamplan
    kept_status=$kept/layers/$1/status kept_opam=$kept/repository/packages kept_files=$kept/opam/default
  else
    kept=$in/g/$1
    kept_status=$kept/status kept_opam=$kept/repository kept_files=$kept/switch
  fi
  kept_taken=${kept_status%status}taken
}

# Copies the files of packages from the mounts of the steps that installed them. Those of others that
# one took away or replaced go after these have come, and before its own: `cp` would follow a link.
bring() {
  for package; do
    kept_by "$package"
    [ -s "$kept_taken" ] || continue
    for each; do
      kept_by "$each"
      take_away "$kept_taken"
      cp -a "$kept_files/." "$switch/" || return
    done
    return
  done
  count=$#
  for package; do
    kept_by "$package"
    set -- "$@" "$kept_files/."
  done
  shift "$count"
  cp -a "$@" "$switch/"
}

# Removes from the switch what a list of `keep` names.
take_away() {
  [ -s "$1" ] || return 0
  while read -r path; do
    case $path in
    */../* | */..) ;;
    ./?*) rm -rf "${switch:?}/$path" ;;
    esac
  done <"$1"
}

# The same for packages whose files have been merged.
lose() { for package; do take_away "$layers/$package/removed"; done; }

# The switch holds exactly the packages whose metadata it holds. None is a root: the one that is
# installed next becomes it, so that the switch is what `opam install` of that one would have made.
register() {
  state=$switch/.opam-switch/switch-state
  [ -f "$state" ] || return 0
  {
    echo 'opam-version: "2.0"'
    sed -n '/^compiler:/,/\]/p' "$state"
    echo 'installed: ['
    # Other files, such as `cache`, have no version.
    # shellcheck disable=SC2012
    ls "$switch/.opam-switch/packages" | sed -n 's/^[^.]*\..*$/  "&"/p'
    echo ']'
  } >"$state.new"
  mv "$state.new" "$state"
  # Made from what was there before.
  rm -f "$switch/.opam-switch/environment" "$switch/.opam-switch/packages/cache"
}

# The switch is that of which `opam install $1` has just been done.
finish() {
  register
  state=$switch/.opam-switch/switch-state
  [ -f "$state" ] || return 0
  sed "s|^installed: |roots: [\"$1\"]\n&|" "$state" >"$state.new"
  mv "$state.new" "$state"
}

# A line for every file and link of the switch: its inode, rights, bytes, time and name; and the name
# of every empty folder, with a slash at the end. Not the time at which an inode was changed: where
# steps are merged, the builder makes links to it for other images meanwhile.
describe_switch() {
  (
    cd "$switch" || exit
    find . ! -type d -exec stat -c '%i %a %s %y %n' {} +
    find . -type d -empty -print | sed 's|$|/|'
  ) | LC_ALL=C sort
}

# The names in such lines, sorted.
names_in() { sed 's|^[^/]* \./|./|' "$1" | LC_ALL=C sort; }

# Makes ready for an install whose new files `keep` finds: $1 is a folder for notes.
prepare() {
  register
  mkdir "$1/lists" || return
  describe_switch >"$1/lists/before"
  names_in "$1/lists/before" >"$1/lists/was"
}

# What opam leaves behind that nothing needs.
clean() {
  meta=$switch/.opam-switch
  rm -rf "$meta/sources" "$meta/build" "$meta/backup" "$meta/remove" "$meta/lock" \
    "$meta/packages/cache" "$opam_root/log" "$opam_root/download-cache"
  for file in "$opam_root"/repo/state-*.cache "$opam_root"/repo/state.cache; do rm -f "$file"; done
}

# Links what is new in the switch, or was changed, into the folder $1/switch. Lists what is gone in
# $1/removed, and in $1/taken that, what has become something else and what was changed. The files are
# those that are there now and were not before, so no record of opam's needs to be read.
keep() {
  [ -d "$switch" ] || return 0
  lists=$1/lists
  describe_switch >"$lists/after"
  names_in "$lists/after" >"$lists/is"
  only_in "$lists/after" "$lists/before" >"$lists/different"
  names_in "$lists/different" >"$lists/written"
  sed '\|^\./\.opam-switch/switch-state$|d; \|^\./\.opam-switch/switch-config$|d
      \|^\./\.opam-switch/environment$|d; \|^\./\.opam-switch/reinstall$|d' "$lists/written" |
    LC_ALL=C sed 's|[^[:alnum:]/]|\\&|g' >"$lists/words"
  mkdir "$1/switch" || return
  # Folders above them come with them; hard links take no room.
  if [ -s "$lists/words" ]; then
    # shellcheck disable=SC2016
    (cd "$switch" && xargs sh -c 'cp -a -l --parents "$@" "$0"' "$1/switch") <"$lists/words" || return
  fi
  only_in "$lists/was" "$lists/is" | what_is_gone | LC_ALL=C sort -u >"$lists/gone"
  while read -r path; do
    is_there "$path" || printf '%s\n' "$path"
  done <"$lists/gone" >"$1/removed"
  only_in "$lists/written" "$lists/was" >"$lists/new"
  {
    cat "$lists/gone"
    only_in "$lists/written" "$lists/new" | sed '\|^\./\.opam-switch/|d'
  } >"$1/taken"
  for list in removed taken; do [ -s "$1/$list" ] || rm -f "$1/$list"; done
}

# The lines of a file that another lacks.
only_in() { awk 'FILENAME == ARGV[1] { other[$0]; next } !($0 in other)' "$2" "$1"; }

# Whether there is something of that name in the switch.
is_there() { [ -e "$switch/$1" ] || [ -L "$switch/$1" ]; }

# Whether it is a folder, and no link to one.
is_folder() { [ -d "$switch/$1" ] && [ ! -L "$switch/$1" ]; }

# Of names that are not listed any more those that are gone, or that have become a folder or have been
# one, or the folder above them that is gone or is none any more. What opam notes is not told.
what_is_gone() {
  while read -r path; do
    case $path in ./.opam-switch/* | ./) continue ;; esac
    gone=
    case $path in
    */)
      path=${path%/}
      is_folder "$path" || gone=$path # an empty one that has something now is not gone
      ;;
    *)
      if is_folder "$path" || ! is_there "$path"; then gone=$path; fi
      ;;
    esac
    above=${path%/*}
    while [ "$above" != . ]; do
      is_folder "$above" || gone=$above
      above=${above%/*}
    done
    if [ -n "$gone" ]; then printf '%s\n' "$gone"; fi
  done
}

if [ "${1:-}" = --as-user ]; then
  export OPAMROOT="$opam_root" OPAMROOTISOK=1 OPAMYES=1 OPAMCONFIRMLEVEL=unsafe-yes
  export OPAMCOLOR=never OPAMERRLOGLEN=0 OPAMPRECISETRACKING=1 OPAMASSUMEDEPEXTS=1
  # shellcheck disable=SC2086
  set -- $OPAMPLAN_WORDS
  unset OPAMPLAN_WORDS
  with_test=${OPAMPLAN_WITH_TEST:-} with_doc=${OPAMPLAN_WITH_DOC:-}
  case $1 in
  bring | lose | prepare | keep | finish)
    "$@"
    exit
    ;;
  clean)
    set +f
    clean
    exit
    ;;
  esac
  shift
  package=$1
  shift
  # For those who install otherwise: the other packages of the post group.
  # shellcheck disable=SC2034
  members=$*
  unset IFS
  set +f
  cd /
  install_package "$package"
  exit
fi

# --- As root --------------------------------------------------------------------------------------

# Installs the system packages "$@". Lists and archives of package managers may be in mounts that
# steps share, in which they take turns.
system_packages() {
  if command -v apt-get >/dev/null; then
    debian_has "$@" && return
    export DEBIAN_FRONTEND=noninteractive
    # What is installed is this image's own: no other step's lock is waited for.
    turn /var/cache/apt fetch_debian "$@" &&
      apt-get -o Debug::NoLocking=true install -y -qq -- "$@"
  elif command -v apk >/dev/null; then
    turn /var/cache/apk apk add --cache-dir /var/cache/apk --update-cache --cache-max-age 60 -- "$@"
  elif command -v dnf >/dev/null; then
    turn /var/cache/dnf dnf install -y --setopt=keepcache=1 -- "$@"
  elif command -v zypper >/dev/null; then
    turn /var/cache/zypp zypper --non-interactive install -- "$@"
  elif command -v pacman >/dev/null; then
    turn /var/cache/pacman pacman -Sy --noconfirm -- "$@"
  else
    echo "no known package manager for: $*"
    return 1
  fi
} # end of system_packages

# Whether Debian packages are all installed: often the base image's own, or of a system step.
debian_has() {
  states=$(dpkg-query -W -f '${db:Status-Status}\n' -- "$@" 2>/dev/null) || return
  ! echo "$states" | grep -qvx installed
}

# Fetches Debian packages into /var/cache/apt; lists of the last hour are new enough.
fetch_debian() {
  mkdir -p /var/lib/apt/lists
  updated=/var/lib/apt/lists/opamplan-updated
  if [ -z "$(find $updated -mmin -60 2>/dev/null)" ]; then
    apt-get update -qq && : >$updated || return
  fi
  apt-get install --download-only -y -qq -- "$@" && return
  apt-get update -qq && apt-get install --download-only -y -qq -- "$@"
}

# Carries a command out while no other step that shares the folder $1 does.
turn() {
  mkdir -p "$1"
  lock=$1/opamplan-lock
  shift
  if command -v flock >/dev/null; then
    (
      flock 9
      "$@"
    ) 9>"$lock"
  else
    "$@"
  fi
}

# How to become $user, and who that is.
find_user() {
  how='' uid='' gid='' home=/
  if [ -z "$user" ] || [ "$user" = root ]; then
    how=root
    return
  fi
  while IFS=: read -r name _ number group _ folder _; do
    if [ "$name" = "$user" ]; then uid=$number gid=$group home=$folder; fi
  done </etc/passwd
  if [ -z "$uid" ]; then
    broken="the image has no user $user"
  elif setpriv --reuid="$uid" --regid="$gid" --clear-groups --no-new-privs true 2>/dev/null; then
    how=setpriv
  else
    how=su
  fi
}

# Carries out one of the functions above, with its words, as $user; within $limit seconds if there
# is a limit. In a process of its own, as a function can be neither stopped nor given other rights.
limit=0
as_user() {
  OPAMPLAN_WORDS=$*
  export OPAMPLAN_WORDS
  set --
  [ "$limit" = 0 ] || set -- timeout -k 10 "$limit"
  case $how in
  root) "$@" "$0" --as-user ;;
  setpriv)
    HOME=$home USER=$user LOGNAME=$user "$@" \
      setpriv --reuid="$uid" --regid="$gid" --clear-groups --no-new-privs "$0" --as-user
    ;;
  su) HOME=$home USER=$user LOGNAME=$user "$@" su -m -s /bin/sh "$user" -c "exec $0 --as-user" ;;
  *) return 1 ;;
  esac
}

# A folder in which $user may write, and no longer.
give() { [ "$how" = root ] || chown "$uid:$gid" "$1"; }
take_back() { [ "$how" = root ] || chown 0:0 "$1"; }

# Sets `status` to that of a package in this image; not a command substitution, which would fork.
read_status() {
  status=missing
  if [ -f "$layers/$1/status" ]; then read -r status <"$layers/$1/status"; fi
}

# Brings packages in from the steps that installed them: status, opam files, files.
graft() {
  good='' merged=
  for package in $grafts; do
    if [ ! -d "$in/g/$package" ]; then
      if [ -s "$layers/$package/removed" ]; then merged=$merged$package$IFS; fi
      continue
    fi
    rm -rf "${layers:?}/$package"
    mkdir -p "$layers/$package"
    status=missing
    kept_by "$package"
    if [ -f "$kept_status" ]; then read -r status <"$kept_status"; fi
    echo "$status" >"$layers/$package/status"
    if [ "$status" = success ]; then good=$good$package$IFS; fi
  done
  # shellcheck disable=SC2086
  [ -z "$merged" ] || as_user lose $merged >>"$notes" 2>&1
  [ -n "$good" ] || return 0
  for package in $good; do
    kept_by "$package"
    if [ -d "$kept_opam" ]; then cp -a "$kept_opam/." "$repository/packages/"; fi
  done >>"$notes" 2>&1 || broken="could not bring in the opam files of other steps"
  # shellcheck disable=SC2086
  as_user bring $good >>"$notes" 2>&1 && return
  # Whose they are.
  broken='could not bring in the files of'
  for package in $good; do as_user bring "$package" >/dev/null 2>&1 || broken="$broken $package"; done
}

# Puts the opam files of packages where opam finds them, and where grafts do.
publish() {
  for member; do
    name=${member%%.*}
    mkdir -p "$repository/packages/$name" "$own/repository/$name" &&
      cp -R "$in/p/$member" "$repository/packages/$name/" &&
      cp -a -l "$repository/packages/$name/$member" "$own/repository/$name/" || return
  done
}

# opam's status of an install that could not fetch a source.
is_download_failure() { [ "$1" = 40 ]; }

# Makes sure that $1 is a folder, and no link to one.
real_folder() {
  if [ ! -d "$1" ] || [ -L "$1" ]; then
    rm -rf "$1"
    mkdir -p "$1"
  fi
}

# A package that is built as root may have put something else in the place of what is told of it: a
# pipe or a device would hang, or feed, who goes on with it; the builder cannot mount a link to
# nowhere.
plain() {
  for folder in "$layers" "$results" "$own" "${told%/*}" "$told"; do real_folder "$folder"; done
  rm -rf "$told/size" "$told/log.short"
  if [ -f "$told/log" ] && [ ! -L "$told/log" ]; then return; fi
  rm -rf "$told/log"
  [ ! -e "$told/log" ] || exit 0 # without rm, nothing can be told
  echo "opamplan: $package put something else in the place of its log" >"$told/log"
}

# Sets `status`, and writes to the log: installs $package with all its members.
carry_out() {
  attempt=1
  while :; do
    limit=$time_limit started=$(date +%s)
    # shellcheck disable=SC2086
    as_user install "$package" $members </dev/null >>"$told/log" 2>&1
    ended=$?
    took=$(($(date +%s) - started))
    plain
    limit=0
    if ! is_download_failure "$ended" || [ "$attempt" -ge "$attempts" ]; then break; fi
    echo "opamplan: a download failed; again in $((attempt * attempt)) s" >>"$told/log"
    sleep $((attempt * attempt))
    attempt=$((attempt + 1))
  done
  share_archives
  if is_download_failure "$ended"; then
    status=download_failed
    return
  fi
  status=failure
  # 124 says GNU's timeout, 143 busybox's, 137 both when they had to kill; but so do others' kills.
  if [ "$time_limit" != 0 ] && [ "$took" -ge "$time_limit" ]; then
    case $ended in
    124 | 137 | 143) echo "stopped: it took longer than $time_limit s" >>"$told/log" ;;
    esac
  fi
  [ "$ended" = 0 ] || return
  for member in $members; do
    if [ -d "$switch" ] && [ ! -d "$switch/.opam-switch/packages/$member" ]; then
      echo "opamplan: opam did not install $member with $package" >>"$told/log"
      return
    fi
  done
  as_user clean >>"$told/log" 2>&1
  if as_user keep "$own" >>"$told/log" 2>&1; then
    status=success
  else
    echo "opamplan: the files that $package installed could not be kept" >>"$told/log"
  fi
}

# Takes the archives that opam fetched into the cache that steps share: whole ones, and none that
# is not what its name says, as packages can write to opam's own cache.
share_archives() {
  [ -d "$in/cache" ] && [ -d "$opam_root/download-cache" ] || return 0
  (cd "$opam_root/download-cache" && find . -type f) | while read -r archive; do
    case $archive in
    ./md5/??/* | ./sha256/??/* | ./sha512/??/*) ;;
    *) continue ;;
    esac
    [ ! -e "$in/cache/$archive" ] || continue
    kind=${archive#./}
    kind=${kind%%/*}
    mkdir -p "$in/cache/${archive%/*}"
    partial=$in/cache/${archive%/*}/.$$
    cp -P "$opam_root/download-cache/$archive" "$partial" || continue
    sum=$("${kind}sum" <"$partial")
    if [ "${sum%% *}" = "${archive##*/}" ]; then
      chmod 644 "$partial"
      mv -f "$partial" "$in/cache/$archive"
    else
      rm -f "$partial"
    fi
  done
}

# Leaves the beginning and the end of a long log. Afterwards, not by a pipe: a process that an
# install leaves behind would hold a pipe open, and the step would wait for it.
shorten() {
  if [ "$log_half" = 0 ] || [ "$(wc -c <"$1")" -le $((2 * log_half)) ]; then return; fi
  {
    head -c "$log_half" "$1"
    echo
    echo '... the middle of this log was left out ...'
    tail -c "$log_half" "$1"
  } >"$1.short"
  mv "$1.short" "$1"
}

# Bytes of what a graft of it copies.
measure() {
  find "$1" ! -type d -exec stat -c %s {} + 2>/dev/null | {
    size=0
    while read -r bytes; do size=$((size + bytes)); done
    echo $size
  }
}

# Ends the step, which cannot tell anything. If that is for want of room in the builder, it fails, so
# that the builder does not keep it.
give_up() {
  has_room || exit 75
  exit 0
}
has_room() {
  (echo room >/.opamplan-room) || return
  rm -f /.opamplan-room
}

# The last word on a package, written after its own processes have said theirs.
conclude() {
  mkdir -p "$own" "$told"
  take_back "$own"
  for file in status lists opamplan; do rm -rf "${own:?}/$file"; done
  for file in status seconds layer; do rm -rf "${told:?}/$file"; done
  seconds=$(($(date +%s) - begin))
  if ! {
    echo "$status" >"$own/status" && echo "$layer" >"$told/layer" &&
      echo "$seconds" >"$told/seconds" && echo "$status" >"$told/status"
  }; then
    give_up
  fi
  # For those who watch, and who may never get what is collected: the end of a failure's log, and
  # the result in a line.
  case $status in
  failure | download_failed) sed "s|^|$layer: |" "$told/log" | tail -n 30 ;;
  esac
  size=-
  if [ -f "$told/size" ]; then read -r size <"$told/size"; fi
  echo "$layer $status $seconds $size"
}

# Puts what an image needs of this package into $delta, where it has it; the status last.
deliver() {
  [ -d "$delta" ] || return 0
  to=$delta/opamplan
  mkdir -p "$to/opam/default" "$to/repository/packages" "$to/layers/$package" || return
  for folder in "$to/opam" "$to/opam/default"; do give "$folder" || return; done
  if [ "$status" = success ]; then
    cp -a "$own/repository/." "$to/repository/packages/" || return
    if [ -d "$own/switch" ]; then cp -a "$own/switch/." "$to/opam/default/" || return; fi
    for list in removed taken; do
      if [ -s "$own/$list" ]; then cp "$own/$list" "$to/layers/$package/" || return; fi
    done
  fi
  echo "$status" >"$to/layers/$package/status"
}

install() {
  tried=yes
  own=$layers/$package told=$results/$package/$layer
  rm -rf "${own:?}" "${told%/*}"
  mkdir -p "$own" "$told"
  begin=$(date +%s)
  : >"$told/log"
  if [ -s "$notes" ]; then cat "$notes" >>"$told/log"; fi
  for need in $needs; do
    read_status "$need"
    if [ "$status" != success ]; then
      echo "not tried: $need is $status" >"$told/log"
      status=dependency_failed
      conclude
      deliver || give_up
      return
    fi
  done
  give "$own"
  # shellcheck disable=SC2086
  if [ -z "$broken" ] && ! publish "$package" $members >>"$told/log" 2>&1; then
    broken="could not put the opam file where opam finds it"
  fi
  if [ -z "$broken" ] && ! as_user prepare "$own" >>"$told/log" 2>&1; then
    broken="could not prepare the switch"
  fi
  if [ -n "$broken" ]; then
    echo "opamplan: $broken" >>"$told/log"
    status=$broken_status
  else
    carry_out
    [ "$status" != success ] || measure "$own/switch" >"$told/size"
  fi
  shorten "$told/log"
  conclude
  deliver || give_up
}

# Bytes of all installed system packages, as the package manager's own record of them says.
system_bytes() {
  if [ -f /var/lib/dpkg/status ]; then
    awk '/^Installed-Size:/ { sum += $2 * 1024 } END { printf "%.0f\n", sum }' /var/lib/dpkg/status
  elif [ -f /lib/apk/db/installed ]; then
    awk '/^I:/ { sum += substr($0, 3) } END { printf "%.0f\n", sum }' /lib/apk/db/installed
  elif [ -d /var/lib/pacman/local ]; then
    find /var/lib/pacman/local -name desc -exec cat {} + |
      awk '/^%SIZE%$/ { getline; sum += $0 } END { printf "%.0f\n", sum }'
  elif command -v dnf >/dev/null || command -v zypper >/dev/null; then
    rpm -qa --qf '%{SIZE}\n' | awk '{ sum += $0 } END { printf "%.0f\n", sum }'
  else
    echo 0
  fi
}

# Sets `broken` if the system packages cannot be installed. Those who watch are told what they took.
add_system_packages() {
  begin=$(date +%s) before=$(system_bytes)
  attempt=1
  while :; do
    # shellcheck disable=SC2086
    (set -- $system; unset IFS; set +f; system_packages "$@") </dev/null >"$notes.new" 2>&1 && break
    broken='system packages could not be installed'
    # What package managers say when they cannot fetch: apt, apk, dnf, zypper, pacman.
    if ! grep -Eiq 'failed to fetch|temporary (failure|error)|could not resolve|unable to fetch|network error|failed to download|download .* failed|failed retrieving' "$notes.new"; then
      break
    fi
    broken_status=download_failed
    [ "$attempt" -lt "$attempts" ] || break
    sleep $((attempt * attempt))
    attempt=$((attempt + 1)) broken='' broken_status=failure
  done
  if [ -n "$broken" ]; then
    cat "$notes.new" >>"$notes"
  else
    added=$(($(system_bytes) - before))
    [ "$added" -le 0 ] || echo "system $(($(date +%s) - begin)) $added"
  fi
  rm -f "$notes.new"
}

# Carries out the option whose words have been read.
flush() {
  case $mode in
  -d) add_system_packages ;;
  -g) graft ;;
  -e)
    as_user finish "$finished" || {
      echo "opamplan: opam's record of the image could not be written"
      exit 1
    }
    ;;
  -i)
    install
    members=
    ;;
  esac
  mode='' system='' grafts='' finished='' layer='' package='' needs=''
}

broken='' broken_status=failure mode='' members='' tried=''
rm -rf "$notes" "$notes.new"
real_folder "$layers"
real_folder "$results"
mkdir -p "$repository/packages"
find_user
flush
for word; do
  case $word in
  -t) flush; export OPAMPLAN_WITH_TEST=yes; continue ;;
  -D) flush; export OPAMPLAN_WITH_DOC=yes; continue ;;
  -*) flush; mode=$word; continue ;;
  esac
  case $mode in
  -d) system=$system$word$IFS ;;
  -g) grafts=$grafts$word$IFS ;;
  -e) finished=$word ;;
  -w) members=$members$word$IFS ;;
  -i)
    if [ -z "$layer" ]; then
      layer=$word
    elif [ -z "$package" ]; then
      package=$word
    else
      needs=$needs$word$IFS
    fi
    ;;
  esac
done
flush
# A system step that failed is none: steps on it install for themselves.
if [ -n "$broken" ] && [ -z "$tried" ]; then
  cat "$notes"
  has_room || exit 75
fi
as_user clean >/dev/null 2>&1
rm -f "$notes" || : # what is told counts, not what this image's rm says
)sh";

}  // namespace opamplan::script_text
// clang-format on
