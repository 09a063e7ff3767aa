/// \file
/// The version order.
#pragma once

#include <algorithm>

#include "opamplan/base/config.hpp"
#include "opamplan/base/text.hpp"
#include "opamplan/package/version.hpp"

namespace opamplan {
namespace package_impl {

// `~` first, then the end of the text (and digits), then letters, then the rest.
[[nodiscard]] inline int weight(char c) noexcept {
  if (c == '~') return -1;
  if (is_letter(c)) return static_cast<unsigned char>(c);
  return 256 + static_cast<unsigned char>(c);
}

// Alternates runs of other characters and numbers; a missing number is 0.
[[nodiscard]] inline int compare_part(std::string_view a, std::string_view b) noexcept {
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() || j < b.size()) {
    while ((i < a.size() && !is_digit(a[i])) || (j < b.size() && !is_digit(b[j]))) {
      const int x = i < a.size() && !is_digit(a[i]) ? weight(a[i]) : 0;
      const int y = j < b.size() && !is_digit(b[j]) ? weight(b[j]) : 0;
      if (x != y) return x < y ? -1 : 1;
      ++i;
      ++j;
    }
    while (i < a.size() && a[i] == '0') ++i;
    while (j < b.size() && b[j] == '0') ++j;
    const std::size_t first_i = i;
    const std::size_t first_j = j;
    while (i < a.size() && is_digit(a[i])) ++i;
    while (j < b.size() && is_digit(b[j])) ++j;
    const std::string_view m = a.substr(first_i, i - first_i);
    const std::string_view n = b.substr(first_j, j - first_j);
    if (m.size() != n.size()) return m.size() < n.size() ? -1 : 1;
    const int digits = m.compare(n);
    if (digits != 0) return digits < 0 ? -1 : 1;
  }
  return 0;
}

// The part before the last `-`, and the part after it.
[[nodiscard]] inline std::pair<std::string_view, std::string_view> split_at_dash(
    std::string_view v) noexcept {
  const std::size_t dash = v.rfind('-');
  if (dash == std::string_view::npos) return {v, {}};
  return {v.substr(0, dash), v.substr(dash + 1)};
}

inline void append_canonical(std::string_view part, std::string& out) {
  std::size_t i = 0;
  std::string pending;
  while (i < part.size()) {
    if (!is_digit(part[i])) {
      out += pending;
      pending.clear();
      while (i < part.size() && !is_digit(part[i])) out += part[i++];
      pending = "0";
    } else {
      while (i < part.size() && part[i] == '0') ++i;
      const std::size_t first = i;
      while (i < part.size() && is_digit(part[i])) ++i;
      pending = i > first ? std::string(part.substr(first, i - first)) : "0";
    }
  }
  out += pending;
}

}  // namespace package_impl

OPAMPLAN_INLINE int compare_versions(std::string_view a, std::string_view b) noexcept {
  // What both begin with does not matter, but for the digits of a number that goes on.
  const auto [differs, elsewhere] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (differs == a.end() && elsewhere == b.end()) return 0;
  auto start = static_cast<std::size_t>(differs - a.begin());
  while (start > 0 && is_digit(a[start - 1])) --start;
  const std::string_view a_rest = a.substr(start);
  const std::string_view b_rest = b.substr(start);
  const auto has_dash = [](std::string_view v) { return v.find('-') != std::string_view::npos; };
  if (!has_dash(a_rest) && !has_dash(b_rest)) return package_impl::compare_part(a_rest, b_rest);
  const auto [a_main, a_last] = package_impl::split_at_dash(a);
  const auto [b_main, b_last] = package_impl::split_at_dash(b);
  const int main = package_impl::compare_part(a_main, b_main);
  return main != 0 ? main : package_impl::compare_part(a_last, b_last);
}

OPAMPLAN_INLINE std::string canonical_version(std::string_view v) {
  const auto [main, last] = package_impl::split_at_dash(v);
  const auto canonical = [](std::string_view part) {
    std::string out;
    package_impl::append_canonical(part, out);
    return out.empty() ? std::string("0") : out;
  };
  return canonical(main) + "-" + canonical(last);
}

OPAMPLAN_INLINE bool is_package_name(std::string_view text) noexcept {
  return std::all_of(
             text.begin(), text.end(),
             [](char c) { return is_letter_or_digit(c) || c == '-' || c == '_' || c == '+'; }) &&
         std::any_of(text.begin(), text.end(), [](char c) { return is_letter(c); });
}

OPAMPLAN_INLINE bool is_version(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter_or_digit(c) || c == '-' || c == '_' || c == '+' || c == '.' || c == '~';
  });
}

OPAMPLAN_INLINE std::optional<package_view> package_view::parse(std::string_view text) noexcept {
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const package_view parts{text.substr(0, dot), text.substr(dot + 1)};
  if (!is_package_name(parts.name) || !is_version(parts.version)) return std::nullopt;
  return parts;
}

OPAMPLAN_INLINE std::optional<package> package::parse(std::string_view text) {
  const auto parts = package_view::parse(text);
  if (!parts) return std::nullopt;
  return package{std::string(parts->name), opamplan::version(std::string(parts->version))};
}

}  // namespace opamplan
