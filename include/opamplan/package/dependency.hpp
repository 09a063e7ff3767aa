/// \file
/// Dependencies before evaluation: formulas whose versions and presence depend on filters.
#pragma once

#include <string>
#include <string_view>

#include "opamplan/base/config.hpp"
#include "opamplan/package/environment.hpp"
#include "opamplan/package/filter.hpp"
#include "opamplan/package/formula.hpp"

namespace opamplan {

/// In the braces of a dependency: `>= "1.2"`, `= version`, or a filter such as `with-test`.
struct filtered_constraint {
  bool is_version = false;
  relop op = relop::eq;  ///< Of a version.
  filter expression;     ///< The version (a string or identifier), or the filter.
  friend bool operator==(const filtered_constraint&, const filtered_constraint&) = default;
};

struct filtered_atom {
  std::string name;
  formula<filtered_constraint> condition;
  friend bool operator==(const filtered_atom&, const filtered_atom&) = default;
};

using filtered_formula = formula<filtered_atom>;

/// The variables that only dependencies have. `dev` is not among them: it holds for the version
/// `dev`.
struct dependency_context {
  bool build = true;
  bool post = true;
  bool with_test = false;
  bool with_doc = false;
  bool with_dev_setup = false;
  bool dev = false;  ///< A development version; versions named "dev" always are.
  friend bool operator==(const dependency_context&, const dependency_context&) = default;
};

/// As for filters.
[[nodiscard]] bool mentions_variable(const filtered_formula& f, const variable_test& is_meant);

/// The formula that remains for one package version in an environment: filters decided (undefined
/// is false, as opam-0install has it), versions known. An atom whose filter is false vanishes.
[[nodiscard]] package_formula evaluate_depends(const filtered_formula& f, const environment& env,
                                               std::string_view name, std::string_view version,
                                               const dependency_context& context,
                                               looked_at* looked = nullptr);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/package/impl/dependency.ipp"
#endif
