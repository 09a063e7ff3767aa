/// \file
/// The scripts.
#pragma once

#include <algorithm>
#include <string_view>

#include "opamplan/config.hpp"
#include "opamplan/emit/script.hpp"
#include "opamplan/error.hpp"

namespace opamplan {
namespace script_detail {

inline constexpr std::string_view before_depexts = R"sh(#!/bin/sh
# One step of an opamplan plan: graft, install, record. See opamplan's documentation.
set -u
# Words hold no newline: lists are split there and nowhere else.
set -f
IFS='
'
results=/opamplan/results
switch=/opamplan/opam/default
notes=/opamplan/notes
mkdir -p "$results"

# Sets `status` to that of a package; not a command substitution, which would fork.
read_status() {
  status=missing
  if [ -e "$1/$2/status" ]; then read -r status <"$1/$2/status"; fi
}

# Lists the files of a package in an image, relative to its folder `opamplan`: those that opam
# recorded, then its metadata. The first argument is the root of the image.
files_of() {
  name=${2%%.*}
  meta=$1$switch/.opam-switch
  # Files and links; folders come with them. opam breaks long lines, so an entry ends with a brace;
  # before it may stand fields without braces, and a list of one has no brackets.
  if [ -e "$meta/install/$name.changes" ]; then
    tr '\n}' ' \n' <"$meta/install/$name.changes" |
      sed -n 's|^.*"\([^"]*\)" *{ *"[FL].*$|opam/default/\1|p'
  fi
  for file in "install/$name.changes" "install/$name.install" "config/$name.config" "packages/$2"; do
    if [ -e "$meta/$file" ]; then echo "opam/default/.opam-switch/$file"; fi
  done
}

# xargs takes words that are escaped.
escaped() { sed 's|[^[:alnum:]/]|\\&|g' "$@"; }

# Brings packages in from the image in which they were installed.
graft() {
  for package in $grafts; do
    echo "results/$package"
    read_status "$from/opamplan/results" "$package"
    [ "$status" = success ] || continue
    files_of "$from" "$package"
  done >/opamplan/files
  # Not tar, which has no -T in every busybox.
  (cd "$from/opamplan" && escaped /opamplan/files |
    xargs sh -c 'cp -a --parents "$@" /opamplan/' sh) >>"$notes" 2>&1 ||
    broken="could not graft from $from"
  rm -f /opamplan/files
}

# The bytes that a graft of the package would copy; nothing if opam did not record its files.
measure() {
  [ -e "$switch/.opam-switch/install/${1%%.*}.changes" ] || return 0
  (cd /opamplan && files_of '' "$1" | escaped |
    xargs sh -c 'find "$@" ! -type d -exec stat -c %s {} +' sh) 2>/dev/null | {
    size=0
    while read -r bytes; do size=$((size + bytes)); done
    echo $size
  } >"$own/size"
}

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

system_packages() {
)sh";

inline constexpr std::string_view after_depexts = R"sh(
}

install_package() {
)sh";

inline constexpr std::string_view after_install_package = R"sh(
}

)sh";

inline constexpr std::string_view after_limits = R"sh(
# Installs within `time_limit`, if there is one: in a process of its own, as a function cannot be
# stopped.
limited() {
  if [ "$time_limit" = 0 ]; then
    install_package "$1"
    return
  fi
  timeout -k 10 "$time_limit" "$0" --install "$with_test" "$1"
  ended=$?
  # 124 says GNU's timeout, 143 busybox's, 137 both when they had to kill.
  case $ended in
  124 | 137 | 143) echo "stopped: it took longer than $time_limit s" ;;
  esac
  return $ended
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

# The end of a failure's log, for those who watch.
tell() { sed "s|^|$layer: |" "$own/log" | tail -n 30; }

install() {
  register
  own=$results/$package
  mkdir -p "$own"
  echo "$layer" >"$own/layer"
  if [ -n "$broken" ]; then
    cat "$notes" >"$own/log" 2>/dev/null
    echo "$broken" >>"$own/log"
    echo failure >"$own/status"
    echo 0 >"$own/seconds"
    tell
    return 0
  fi
  for need in $needs; do
    read_status "$results" "$need"
    if [ "$status" != success ]; then
      echo dependency_failed >"$own/status"
      echo "not tried: $need is $status" >"$own/log"
      echo 0 >"$own/seconds"
      return 0
    fi
  done
  : >"$own/log"
  if [ -s "$notes" ]; then cat "$notes" >>"$own/log"; fi
  begin=$(date +%s)
  if (unset IFS; set +f; limited "$package") </dev/null >>"$own/log" 2>&1; then
    echo success >"$own/status"
    measure "$package"
  else
    echo failure >"$own/status"
  fi
  shorten "$own/log"
  echo $(($(date +%s) - begin)) >"$own/seconds"
  read_status "$results" "$package"
  if [ "$status" = failure ]; then tell; fi
}

# Carries out the option whose words have been read.
flush() {
  case $mode in
  -d)
    # shellcheck disable=SC2086
    (set -- $system; unset IFS; set +f; system_packages "$@") </dev/null >"$notes.new" 2>&1 || {
      broken='system packages could not be installed'
      cat "$notes.new" >>"$notes"
    }
    rm -f "$notes.new"
    ;;
  -g)
    if [ -n "$grafts" ]; then graft; fi
    ;;
  -i)
    install
    ;;
  esac
  mode='' system='' from='' grafts='' layer='' package='' needs=''
}

if [ "${1:-}" = --install ]; then
  with_test=$2
  unset IFS
  set +f
  install_package "$3"
  exit
fi
# shellcheck disable=SC2034
with_test=
broken='' mode=''
flush
for word; do
  case $word in
  -t) flush; with_test=yes; continue ;;
  -*) flush; mode=$word; continue ;;
  esac
  case $mode in
  -d) system=$system$word$IFS ;;
  -g) if [ -z "$from" ]; then from=/opamplan/g/$word; else grafts=$grafts$word$IFS; fi ;;
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
rm -f "$notes"
)sh";

inline constexpr std::string_view opam_install = R"sh(
  export OPAMROOT=/opamplan/opam OPAMROOTISOK=1 OPAMYES=1 OPAMCONFIRMLEVEL=unsafe-yes
  export OPAMCOLOR=never OPAMERRLOGLEN=0 OPAMPRECISETRACKING=1 OPAMASSUMEDEPEXTS=1
  opam update --quiet default && opam install --switch=default ${with_test:+--with-test} "$1"
)sh";

inline constexpr std::string_view system_install = R"sh(
  if command -v apt-get >/dev/null; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -- "$@"
  elif command -v apk >/dev/null; then apk add -- "$@"
  elif command -v dnf >/dev/null; then dnf install -y -- "$@"
  elif command -v zypper >/dev/null; then zypper --non-interactive install -- "$@"
  elif command -v pacman >/dev/null; then pacman -Sy --noconfirm -- "$@"
  else echo "no known package manager for: $*"; return 1
  fi
)sh";

inline constexpr std::string_view collect = R"sh(#!/bin/sh
# Gathers the results of the images mounted below /opamplan/t. See opamplan's documentation.
set -eu
all=/opamplan/all
mkdir -p "$all/layers"

take() {
  read -r layer <"$1/layer"
  package=${2##*/}
  [ ! -e "$all/layers/$package/$layer" ] || return 0
  mkdir -p "$all/layers/$package"
  cp -a "$1" "$all/layers/$package/$layer"
}

for mounted in /opamplan/t/*; do
  for result in "$mounted"/opamplan/results/*; do
    if [ -e "$result/layer" ]; then take "$result" "$result"; fi
  done
  for result in "$mounted"/opamplan/all/layers/*/*; do
    if [ -e "$result/layer" ]; then take "$result" "${result%/*}"; fi
  done
done
for result in "$all"/layers/*/*; do
  [ -e "$result/status" ] || continue
  read -r status <"$result/status"
  read -r seconds <"$result/seconds"
  size=-
  [ ! -e "$result/size" ] || read -r size <"$result/size"
  package=${result%/*}
  printf '%s\t%s\t%s\t%s\t%s\n' "$status" "$seconds" "${package##*/}" "${result##*/}" "$size"
done >"$all/index.tsv"
)sh";

inline constexpr std::string_view opam_setup = R"sh(
command -v opam >/dev/null || {
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    opam build-essential git rsync unzip curl ca-certificates patch m4 >/dev/null
}
mkdir -p /opamplan/repository/packages
printf 'opam-version: "2.0"\n' >/opamplan/repository/repo
opam init --bare --no-setup --disable-sandboxing -k local default /opamplan/repository
opam switch create default --empty
)sh";

}  // namespace script_detail

OPAMPLAN_INLINE std::string step_script(const emit_options& options) {
  using namespace script_detail;
  std::string out(before_depexts);
  out += options.depexts.empty() ? std::string(system_install) : options.depexts;
  out += after_depexts;
  out += options.install.empty() ? std::string(opam_install) : options.install;
  out += after_install_package;
  out += "time_limit=" + std::to_string(options.time_limit) +
         "\nlog_half=" + std::to_string(options.log_limit / 2) + "\n";
  out += after_limits;
  return out;
}

OPAMPLAN_INLINE std::string collect_script() { return std::string(script_detail::collect); }

OPAMPLAN_INLINE std::string default_setup(const emit_options& options) {
  std::string out = "set -e";
  const std::string& when = options.snapshot;
  if (!when.empty()) {
    if (!std::all_of(when.begin(), when.end(),
                     [](char c) { return (c >= '0' && c <= '9') || c == 'T' || c == 'Z'; })) {
      throw invalid_request("a snapshot is YYYYMMDDTHHMMSSZ");
    }
    out += R"sh(
rm -f /etc/apt/sources.list /etc/apt/sources.list.d/*
. /etc/os-release
for suite in "$VERSION_CODENAME" "$VERSION_CODENAME-updates"; do
  echo "deb [check-valid-until=no] http://snapshot.debian.org/archive/debian/)sh" +
           when + R"sh( $suite main"
done >/etc/apt/sources.list)sh";
  }
  return out + std::string(script_detail::opam_setup);
}

}  // namespace opamplan
