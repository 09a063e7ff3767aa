/// \file
/// Package versions and their order; packages as text.
#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "opamplan/base/config.hpp"

namespace opamplan {

/// opam's version order: negative, zero or positive. Debian's algorithm (deb-version(7)) with the
/// part after the last `-` compared last, and letters before all other characters but `~`, which
/// sorts before everything, even the end. Different texts may be equal: "1.0" and "1.00".
/// Total; linear in the lengths; does not allocate.
[[nodiscard]] int compare_versions(std::string_view a, std::string_view b) noexcept;

/// The shortest text of a version's class of equals: leading zeros of numbers are dropped, and
/// what is missing is spelt out. Equal versions have equal canonical texts; for hashing.
[[nodiscard]] std::string canonical_version(std::string_view v);

/// A version. Equality and order are opam's, so `version("1.0") == version("1.00")`.
class version {
 public:
  version() = default;
  explicit version(std::string text) : text_(std::move(text)) {}

  [[nodiscard]] const std::string& str() const noexcept { return text_; }

  friend bool operator==(const version& a, const version& b) noexcept {
    return compare_versions(a.text_, b.text_) == 0;
  }
  friend std::weak_ordering operator<=>(const version& a, const version& b) noexcept {
    return compare_versions(a.text_, b.text_) <=> 0;
  }

 private:
  std::string text_;
};

/// True for what opam takes as a package name: letters, digits, `-_+`, and at least one letter.
[[nodiscard]] bool is_package_name(std::string_view text) noexcept;

/// True for what opam takes as a version: not empty; letters, digits and `-_+.~` .
[[nodiscard]] bool is_version(std::string_view text) noexcept;

/// A package version as text, in views of it.
struct package_view {
  std::string_view name;
  std::string_view version;

  /// Splits at the first `.`; nothing if either part is not valid.
  [[nodiscard]] static std::optional<package_view> parse(std::string_view text) noexcept;
};

/// A package version as text: `dune.3.24.2` is name `dune`, version `3.24.2`.
struct package {
  std::string name;
  opamplan::version version;

  /// As `package_view::parse`.
  [[nodiscard]] static std::optional<package> parse(std::string_view text);
  [[nodiscard]] std::string to_string() const { return name + "." + version.str(); }

  friend bool operator==(const package&, const package&) = default;
  friend std::weak_ordering operator<=>(const package& a, const package& b) noexcept {
    const int by_name = a.name.compare(b.name);
    return by_name != 0 ? by_name <=> 0 : a.version <=> b.version;
  }
};

}  // namespace opamplan

template <>
struct std::hash<opamplan::version> {
  std::size_t operator()(const opamplan::version& v) const {
    return std::hash<std::string>{}(opamplan::canonical_version(v.str()));
  }
};

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/package/impl/version.ipp"
#endif
