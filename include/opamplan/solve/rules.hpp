/// \file
/// The rules of a package as its opam file says them: text and position.
#pragma once

#include <cstdint>
#include <string>

#include "opamplan/package/dependency.hpp"
#include "opamplan/package/formula.hpp"
#include "opamplan/package/ids.hpp"
#include "opamplan/solve/fact.hpp"
#include "opamplan/solve/universe.hpp"

namespace opamplan {

/// "ocaml >= 4.08 & < 5.0"
[[nodiscard]] std::string rule_text(const package_atom& atom);

/// "(a | b >= 2)"
[[nodiscard]] std::string rule_text(const package_formula& formula);

/// The rule at `position` of a package's row in the universe's tables, told from its file.
[[nodiscard]] fact describe_rule(const universe& u, package_id id,
                                 const dependency_context& context, fact::kind what,
                                 std::uint32_t position);

/// That the package uses `name`, of its `depopts`, if it is there.
[[nodiscard]] fact describe_optional(const universe& u, package_id id, const std::string& name);

/// " (available: os = \"win32\")", or nothing if the file has no such field.
[[nodiscard]] std::string available_text(const universe& u, package_id id);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/solve/impl/rules.ipp"
#endif
