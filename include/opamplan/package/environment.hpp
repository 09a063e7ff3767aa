/// \file
/// An environment: the values of opam's variables on one kind of machine.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "opamplan/base/config.hpp"

namespace opamplan {

using variable_value = std::variant<bool, std::string>;

/// "true", "false" or the string.
[[nodiscard]] std::string to_string(const variable_value& v);

/// A boolean, or the strings "true" and "false"; nothing for other strings.
[[nodiscard]] std::optional<bool> as_bool(const variable_value& v) noexcept;

/// "true" and "false" are booleans, everything else is a string.
[[nodiscard]] variable_value parse_variable_value(std::string_view text);

/// A value. Names may be scoped (`ocaml:version`). What is not set is undefined, which is not the
/// same as false or empty. Iterates in the order of names.
class environment {
 public:
  void set(std::string name, variable_value value) {
    values_.insert_or_assign(std::move(name), std::move(value));
  }
  void set(std::string name, const char* value) { set(std::move(name), std::string(value)); }
  void unset(std::string_view name) {
    const auto it = values_.find(name);
    if (it != values_.end()) values_.erase(it);
  }
  /// Nothing if undefined. The pointer is valid until the variable is changed.
  [[nodiscard]] const variable_value* get(std::string_view name) const {
    const auto it = values_.find(name);
    return it == values_.end() ? nullptr : &it->second;
  }
  /// Its value as text; empty if undefined.
  [[nodiscard]] std::string text(std::string_view name) const {
    const variable_value* const value = get(name);
    return value == nullptr ? std::string() : to_string(*value);
  }
  [[nodiscard]] const std::map<std::string, variable_value, std::less<>>& values() const noexcept {
    return values_;
  }

  /// One `name = value` a line, sorted; strings quoted.
  [[nodiscard]] std::string canonical_text() const;

  /// Of the canonical text (FNV-1a); the same on every machine.
  [[nodiscard]] std::uint64_t digest() const;

  friend bool operator==(const environment&, const environment&) = default;

 private:
  std::map<std::string, variable_value, std::less<>> values_;
};

struct environment_preset {
  std::string_view name;          ///< "debian-12"
  std::string_view os;            ///< "linux"
  std::string_view distribution;  ///< "debian"
  std::string_view family;        ///< "debian"
  std::string_view version;       ///< "12"; empty if the system has none
  std::string_view image;         ///< A base image that fits; empty if there is none
  std::string_view opam_version;  ///< Of the system's own package of opam; empty if it has none, or
                                  ///< it is not known
};

/// Every preset, by name.
[[nodiscard]] const std::vector<environment_preset>& environment_presets();

/// The variables of a preset for `arch` (x86_64, arm64, ppc64, s390x, riscv64, ...), with
/// the opam-version of the system's own package (2.3.0 where none is known), empty sys-ocaml-* and
/// `ocaml:native`. Throws `invalid_request` if unknown.
[[nodiscard]] environment preset_environment(std::string_view name,
                                             std::string_view arch = "x86_64");

/// The base image of the preset that has this os, distribution and version; empty if there is none.
[[nodiscard]] std::string preset_image(const environment& env);

/// The machine this runs on, from uname(2) and /etc/os-release.
[[nodiscard]] environment host_environment();

/// The environment whose `canonical_text` this is. Throws `invalid_request` for other texts.
[[nodiscard]] environment parse_environment(std::string_view canonical_text);

/// The environment with OCaml `version`: sets `ocaml:version`.
[[nodiscard]] environment with_ocaml(environment env, std::string_view version);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/package/impl/environment.ipp"
#endif
