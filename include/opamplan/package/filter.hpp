/// \file
/// Filters: expressions over variables, with opam's three values (true, false, undefined).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/package/environment.hpp"
#include "opamplan/package/formula.hpp"

namespace opamplan {

enum class filter_kind : std::uint8_t {
  boolean,
  string,  ///< May hold `%{interpolations}%`.
  identifier,
  relation,  ///< args[0] op args[1], compared as versions
  conjunction,
  disjunction,
  negation,
  definedness,  ///< `?x`
};

/// A reference to a variable: `name`, `pkg:name`, `a+b:name`, with `?if-true:if-false`.
struct variable_reference {
  std::vector<std::string> packages;  ///< Empty: global. `_`: the package itself.
  std::string name;
  std::optional<std::pair<std::string, std::string>> converter;

  /// Reads the inside of `%{...}%` or an identifier.
  [[nodiscard]] static variable_reference parse(std::string_view text);
  [[nodiscard]] std::string to_string() const;
  friend bool operator==(const variable_reference&, const variable_reference&) = default;
};

struct filter {
  filter_kind kind = filter_kind::boolean;
  relop op = relop::eq;
  bool value = true;
  std::string text;  ///< Of a string: decoded. Of an identifier: as written.
  std::vector<filter> args;

  friend bool operator==(const filter&, const filter&) = default;
};

/// As opam prints it, with the fewest parentheses.
[[nodiscard]] std::string to_string(const filter& f);

/// Looks up a variable by its full name (`arch`, `ocaml:version`, `_:name`); nothing if undefined.
using variable_lookup = std::function<std::optional<variable_value>(std::string_view)>;

/// Whether a variable is meant, by its full name.
using variable_test = std::function<bool(std::string_view)>;

/// The value of a filter; nothing if undefined. Undefined variables in strings become "".
[[nodiscard]] std::optional<variable_value> evaluate(const filter& f,
                                                     const variable_lookup& lookup);

/// Replaces what is known by its value and keeps the rest.
[[nodiscard]] filter partially_evaluate(const filter& f, const variable_lookup& lookup);

/// True or false; `otherwise` if undefined or not a boolean.
[[nodiscard]] bool evaluate_bool(const filter& f, const variable_lookup& lookup, bool otherwise);

/// Replaces `%{variable}%` by its value ("" if undefined) and `%%` by `%`.
[[nodiscard]] std::string interpolate(std::string_view text, const variable_lookup& lookup);

/// True if an evaluation may look up a variable that is meant. A variable's own value, if
/// it interpolates others, is not looked into.
[[nodiscard]] bool mentions_variable(const filter& f, const variable_test& is_meant);

/// What evaluations looked at, beside the formula: where they did not look, values are the same.
struct looked_at {
  bool environment = false;
  bool package = false;   ///< At its version, or whether it is in development.
  bool switches = false;  ///< At another dependency switch,
  bool post = false;      ///< at `post`.

  [[nodiscard]] bool anything() const noexcept { return environment || package || switches; }
};

/// Variables of `env`, and `version` of the package. `looked` must outlive the lookup.
[[nodiscard]] variable_lookup package_lookup(const environment& env, std::string_view version,
                                             looked_at* looked = nullptr);

/// The value of `available`; nothing if undefined. A string other than "true" is
/// false.
[[nodiscard]] std::optional<bool> evaluate_available(const filter& available,
                                                     const environment& env, std::string_view name,
                                                     std::string_view version,
                                                     looked_at* looked = nullptr);

/// As above, undefined being false.
[[nodiscard]] bool is_available(const filter& available, const environment& env,
                                std::string_view name, std::string_view version);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/package/impl/filter.ipp"
#endif
