/// \file
/// The stand-in.
#pragma once

#include "opamplan/config.hpp"
#include "opamplan/emit/options.hpp"

namespace opamplan {

OPAMPLAN_INLINE emit_options emit_options::stand_in() {
  emit_options o;
  o.header = "RUN mkdir -p /opamplan/opam/default\n";
  // A failure can be staged: a package whose opam file holds x-stand-in-fails fails.
  o.install =
      "if grep -q x-stand-in-fails \"/opamplan/repository/packages/${1%%.*}/$1/opam\" 2>/dev/null; "
      "then echo \"$1 fails, as its opam file asks\"; exit 1; fi\n"
      "mkdir -p \"/opamplan/opam/default/lib/${1%%.*}\" "
      "/opamplan/opam/default/.opam-switch/install\n"
      "echo \"$1\" >\"/opamplan/opam/default/lib/${1%%.*}/META\"\n"
      "printf 'added: [\\n  \"lib/%s\" {\"D\"}\\n  \"lib/%s/META\" {\"F:\"}\\n]\\n' "
      "\"${1%%.*}\" \"${1%%.*}\" "
      ">\"/opamplan/opam/default/.opam-switch/install/${1%%.*}.changes\"\n"
      "mkdir -p \"/opamplan/opam/default/.opam-switch/packages/$1\"\n";
  o.depexts = "echo \"system packages: $*\"";
  return o;
}

}  // namespace opamplan
