/// \file
/// Opam files and environments of a few words, for the tests of this room.
#pragma once

#include <optional>
#include <string>

#include "opamplan/package/environment.hpp"
#include "opamplan/package/filter.hpp"
#include "opamplan/package/opam_file.hpp"
#include "opamplan/syntax/parser.hpp"

namespace small_files {

inline opamplan::filter filter_of(const std::string& text) {
  return opamplan::read_available(opamplan::syntax::parse("available: " + text));
}

inline opamplan::filtered_formula depends_of(const std::string& text) {
  return opamplan::read_depends(opamplan::syntax::parse("depends: " + text));
}

inline opamplan::opam_file opam_of(const std::string& text) {
  return opamplan::opam_file::read(opamplan::syntax::parse(text));
}

inline opamplan::variable_lookup in(const opamplan::environment& env) {
  return [&env](std::string_view name) -> std::optional<opamplan::variable_value> {
    const auto* const v = env.get(name);
    return v == nullptr ? std::nullopt : std::optional(*v);
  };
}

}  // namespace small_files
