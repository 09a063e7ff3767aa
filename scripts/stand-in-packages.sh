# Installs packages that stand in for the system packages "$@": what `scripts/run --build` gives to
# `opamplan build --depexts-command`, as there is no package mirror where it runs. Each is a real
# package of Debian's kind, so opam and dpkg see it, and holds what a conf package of the embedded
# repository looks for.
for package; do
  if dpkg -s "$package" >/dev/null 2>&1; then continue; fi
  echo "offline: a stand-in for the system package $package"
  folder=$(mktemp -d)
  mkdir -p "$folder/DEBIAN" "$folder/usr/include" "$folder/usr/share/pkgconfig" \
    "$folder/usr/share/stand-ins"
  : >"$folder/usr/share/stand-ins/$package" # dpkg drops a package that has no file of its own
  cat >"$folder/DEBIAN/control" <<EOT
Package: $package
Version: 0~stand-in
Architecture: all
Maintainer: opamplan examples <examples@example.org>
Description: stands in for $package
EOT
  module=
  case $package in
  libgmp-dev) : >"$folder/usr/include/gmp.h" ;;
  libssl-dev) module=openssl ;;
  libevent-dev) module=libevent ;;
  libsqlite3-dev) module=sqlite3 ;;
  libx11-dev) module=x11 ;;
  zlib1g-dev) module=zlib ;;
  esac
  if [ -n "$module" ]; then
    printf 'Name: %s\nDescription: a stand-in\nVersion: 0\n' "$module" \
      >"$folder/usr/share/pkgconfig/$module.pc"
  fi
  dpkg-deb --build --root-owner-group "$folder" "$folder.deb" && dpkg -i "$folder.deb" || return
  rm -rf "$folder" "$folder.deb"
done
