/// \file
/// The step script.
#pragma once

#include <string_view>

#include "opamplan/config.hpp"
#include "opamplan/emit/script.hpp"

namespace opamplan {
namespace script_detail {

inline constexpr std::string_view before_install = R"sh(#!/bin/sh
# One step of an opamplan plan: graft, install, record. See opamplan's documentation.
set -u
results=/opamplan/results
switch=/opamplan/opam/default
mkdir -p "$results"

status_of() { cat "$results/$1/status" 2>/dev/null || echo missing; }

# Brings in a package from the image in which it was installed.
graft() {
  from=/opamplan/g/$1
  cp -a "$from$results/$1" "$results/"
  [ "$(status_of "$1")" = success ] || return 0
  name=${1%%.*}
  meta=$from$switch/.opam-switch
  {
    # Files and links that opam recorded; folders come with them, hidden ones are listed too.
    sed -n 's/^ *"\(.*\)" *{"[FL].*$/\1/p' "$meta/install/$name.changes" 2>/dev/null
    for f in "install/$name.changes" "install/$name.install" "config/$name.config" "packages/$1"; do
      [ -e "$meta/$f" ] && echo ".opam-switch/$f"
    done
  } | tar -C "$from$switch" -cf - -T - 2>/opamplan/graft.log | tar -C "$switch" -xpf - || {
    cat /opamplan/graft.log
    echo "could not graft $1"
    exit 1
  }
  rm -f /opamplan/graft.log
}

# The switch holds exactly the packages whose metadata it holds.
register() {
  state=$switch/.opam-switch/switch-state
  [ -f "$state" ] || return 0
  {
    echo 'opam-version: "2.0"'
    sed -n '/^compiler:/,/\]/p' "$state"
    for field in roots installed; do
      echo "$field: ["
      ls "$switch/.opam-switch/packages" | sed 's/.*/  "&"/'
      echo ']'
    done
  } >"$state.new"
  mv "$state.new" "$state"
  rm -f "$switch/.opam-switch/environment"
}

system_packages() {
)sh";

inline constexpr std::string_view after_depexts = R"sh(
}

install_package() {
)sh";

inline constexpr std::string_view after_install = R"sh(
}

install() {
  mkdir -p "$results/$1"
  for need in $needs; do
    if [ "$(status_of "$need")" != success ]; then
      echo dependency_failed >"$results/$1/status"
      echo "not tried: $need is $(status_of "$need")" >"$results/$1/log"
      echo 0 >"$results/$1/seconds"
      return 0
    fi
  done
  begin=$(date +%s)
  if (install_package "$1") </dev/null >"$results/$1/log" 2>&1; then
    echo success >"$results/$1/status"
  else
    echo failure >"$results/$1/status"
    sed "s|^|$1: |" "$results/$1/log" | tail -n 30
  fi
  echo $(($(date +%s) - begin)) >"$results/$1/seconds"
}

with_test=
grafted=
needs=
system=
while [ $# -gt 0 ]; do
  case $1 in
    -t) with_test=yes; shift ;;
    -d) system="$system $2"; shift 2 ;;
    -g) graft "$2"; grafted=yes; shift 2 ;;
    -n) needs="$needs $2"; shift 2 ;;
    *)
      if [ -n "$system" ]; then
        # A list of words without special characters: opamplan checks them.
        # shellcheck disable=SC2086
        system_packages $system
        system=
      fi
      if [ -n "$grafted" ]; then register; grafted=; fi
      install "$1"
      needs=
      shift
      ;;
  esac
done
)sh";

inline constexpr std::string_view opam_install = R"sh(
  export OPAMROOT=/opamplan/opam OPAMROOTISOK=1 OPAMYES=1 OPAMCONFIRMLEVEL=unsafe-yes
  export OPAMCOLOR=never OPAMERRLOGLEN=0 OPAMPRECISETRACKING=1 OPAMASSUMEDEPEXTS=1
  opam update --quiet default && opam install --switch=default ${with_test:+--with-test} "$1"
)sh";

inline constexpr std::string_view system_install = R"sh(
  if command -v apt-get >/dev/null; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null
  elif command -v apk >/dev/null; then apk add "$@"
  elif command -v dnf >/dev/null; then dnf install -y "$@"
  elif command -v zypper >/dev/null; then zypper --non-interactive install "$@"
  elif command -v pacman >/dev/null; then pacman -Sy --noconfirm "$@"
  else echo "no known package manager for: $*"; return 1
  fi
)sh";

}  // namespace script_detail

OPAMPLAN_INLINE std::string step_script(const emit_options& options) {
  using namespace script_detail;
  std::string out(before_install);
  out += options.depexts.empty() ? std::string(system_install) : options.depexts;
  out += after_depexts;
  out += options.install.empty() ? std::string(opam_install) : options.install;
  out += after_install;
  return out;
}

}  // namespace opamplan
