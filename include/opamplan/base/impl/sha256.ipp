/// \file
/// SHA-256's messages, cut into blocks and padded after FIPS 180-4, section 5.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "opamplan/base/config.hpp"
#include "opamplan/base/sha256.hpp"

namespace opamplan {
OPAMPLAN_INLINE sha256& sha256::add(std::string_view bytes) {
  const std::size_t used = bytes_ % 64;
  bytes_ += bytes.size();
  if (used + bytes.size() < 64) {
    std::copy(bytes.begin(), bytes.end(), buffer_.begin() + used);
    return *this;
  }
  if (used > 0) {
    std::copy_n(bytes.begin(), 64 - used, buffer_.begin() + used);
    bytes.remove_prefix(64 - used);
    take_in_(state_, buffer_.data(), 1);
  }
  const std::size_t whole = bytes.size() / 64;
  take_in_(state_, reinterpret_cast<const unsigned char*>(bytes.data()), whole);
  bytes.remove_prefix(64 * whole);
  std::copy(bytes.begin(), bytes.end(), buffer_.begin());
  return *this;
}

OPAMPLAN_INLINE sha256& sha256::add_field(std::string_view bytes) {
  std::array<char, 8> length;
  for (std::size_t i = 0; i < 8; ++i) length[i] = static_cast<char>(bytes.size() >> (8 * i));
  return add({length.data(), length.size()}).add(bytes);
}

OPAMPLAN_INLINE digest sha256::finish() {
  const std::uint64_t bits = 8 * bytes_;
  constexpr std::array<char, 64> padding{'\x80'};
  add({padding.data(), 1 + (119 - bytes_ % 64) % 64});  // up to eight bytes before a block's end
  std::array<char, 8> length;
  for (std::size_t i = 0; i < 8; ++i) length[i] = static_cast<char>(bits >> (8 * (7 - i)));
  add({length.data(), length.size()});
  digest out;
  for (std::size_t i = 0; i < 32; ++i) {
    out[i] = static_cast<std::uint8_t>(state_[i / 4] >> (8 * (3 - i % 4)));
  }
  return out;
}

OPAMPLAN_INLINE digest sha256_of(std::string_view bytes) { return sha256().add(bytes).finish(); }

OPAMPLAN_INLINE std::string to_hex(const digest& d, std::size_t digits) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string out(digits, '0');
  for (std::size_t i = 0; i < digits; ++i) out[i] = hex[d[i / 2] >> (i % 2 == 0 ? 4U : 0U) & 15U];
  return out;
}

namespace base_impl {

/// 16 for what is no digit.
[[nodiscard]] constexpr unsigned hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  return 16;
}

}  // namespace base_impl

OPAMPLAN_INLINE std::optional<digest> from_hex(std::string_view text) {
  static constexpr std::array<std::uint8_t, 256> values = [] {
    std::array<std::uint8_t, 256> all{};
    for (unsigned c = 0; c < all.size(); ++c) {
      all[c] = static_cast<std::uint8_t>(base_impl::hex_value(static_cast<char>(c)));
    }
    return all;
  }();
  digest out;
  if (text.size() != 2 * out.size()) return std::nullopt;
  unsigned all = 0;  // bits of all digits: one that is none has the fifth
  for (std::size_t i = 0; i < out.size(); ++i) {
    const unsigned high = values[static_cast<unsigned char>(text[2 * i])];
    const unsigned low = values[static_cast<unsigned char>(text[2 * i + 1])];
    all |= high | low;
    out[i] = static_cast<std::uint8_t>(high << 4U | low);
  }
  if (all > 15) return std::nullopt;
  return out;
}

}  // namespace opamplan
