/// \file
/// The stand-in.
#pragma once

#include "opamplan/base/config.hpp"
#include "opamplan/emit/options.hpp"

namespace opamplan {

OPAMPLAN_INLINE emit_options emit_options::stand_in() {
  emit_options o;
  o.user.clear();
  o.setup = "mkdir -p /opamplan/opam/default/.opam-switch/packages /opamplan/opam/default/lib\n";
  // Files as opam leaves them, so that grafts have something to bring in.
  o.install = R"sh(name=${1%%.*}
switch=/opamplan/opam/default
if grep -q x-stand-in-fails "/opamplan/repository/packages/$name/$1/opam" 2>/dev/null; then
  echo "$1 fails, as its opam file asks"
  exit 1
fi
for package in "$1" $members; do
  name=${package%%.*}
  mkdir -p "$switch/lib/$name" "$switch/.opam-switch/packages/$package"
  echo "$package" >"$switch/lib/$name/META"
  echo "$package" >"$switch/.opam-switch/packages/$package/opam"
done
)sh";
  o.depexts = "echo \"system packages: $*\"";
  o.download_cache = false;
  o.system_cache = false;
  return o;
}

}  // namespace opamplan
