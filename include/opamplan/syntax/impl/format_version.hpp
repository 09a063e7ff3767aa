/// \file
/// The version of the file format, as `opam-version` gives it.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "opamplan/base/text.hpp"

namespace opamplan::syntax::syntax_impl {

/// Major and minor of `MAJOR.MINOR`, followed by anything that begins with a second point or, when
/// there is none, with neither point nor digit; minor 0 for `MAJOR`; 0.0 for anything else.
[[nodiscard]] inline std::pair<std::uint64_t, std::uint64_t> format_version(
    std::string_view text) noexcept {
  const std::size_t point = text.find('.');
  const std::size_t second = point == text.npos ? text.npos : text.find('.', point + 1);
  text = text.substr(0, second != text.npos ? second : text.find_first_not_of("0123456789."));
  const auto number = [&](std::uint64_t& value) {
    std::size_t i = 0;
    for (; i < text.size() && is_digit(text[i]); ++i) {
      if (value < 1'000'000'000) value = 10 * value + static_cast<std::uint64_t>(text[i] - '0');
    }
    text.remove_prefix(i);
    return i > 0;
  };
  std::pair<std::uint64_t, std::uint64_t> version{0, 0};
  if (!number(version.first)) return {0, 0};
  if (text.empty()) return version;
  if (text.front() != '.') return {0, 0};
  text.remove_prefix(1);
  if (!number(version.second) || !text.empty()) return {0, 0};
  return version;
}

}  // namespace opamplan::syntax::syntax_impl
