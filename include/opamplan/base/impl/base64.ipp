/// \file
/// Writing and reading base64.
#pragma once

#include <cstdint>

#include "opamplan/base/base64.hpp"
#include "opamplan/base/config.hpp"

namespace opamplan {
namespace base_impl {

inline constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace base_impl

OPAMPLAN_INLINE std::string to_base64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::string_view group = bytes.substr(i, 3);
    std::uint32_t bits = 0;
    for (std::size_t b = 0; b < 3; ++b) {
      bits = bits << 8U | (b < group.size() ? static_cast<unsigned char>(group[b]) : 0U);
    }
    for (std::size_t d = 0; d < 4; ++d) {
      out += d <= group.size() ? base_impl::base64_digits[bits >> (18 - 6 * d) & 63U] : '=';
    }
  }
  return out;
}

OPAMPLAN_INLINE std::optional<std::string> from_base64(std::string_view text) {
  std::string out;
  out.reserve(text.size() / 4 * 3);
  std::uint32_t bits = 0;
  std::size_t count = 0;
  for (const char c : text) {
    if (c == '=') break;
    const std::size_t value = base_impl::base64_digits.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << 6U | static_cast<std::uint32_t>(value);
    if (++count % 4 != 1) out += static_cast<char>(bits >> (6 - 2 * ((count - 1) % 4)) & 0xffU);
  }
  // Padding, left-over bits, lengths: only what is written is read.
  if (to_base64(out) != text) return std::nullopt;
  return out;
}

}  // namespace opamplan
