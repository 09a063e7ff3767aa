/// \file
/// Looking for bytes in text, 16 or 8 at a time.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "opamplan/base/text.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace opamplan::syntax::syntax_impl {

// Eight bytes at once: the high bit of each byte of the result says whether that byte of `word` is
// `byte`; bits above the first set one may be wrong.
[[nodiscard]] constexpr std::uint64_t equal_bytes(std::uint64_t word, char byte) noexcept {
  constexpr std::uint64_t ones = 0x0101010101010101U;
  const std::uint64_t x = word ^ (ones * static_cast<unsigned char>(byte));
  return (x - ones) & ~x & (ones << 7U);
}

[[nodiscard]] inline std::uint64_t load_word(const char* p) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, p, sizeof word);
  return word;
}

/// The first `"`, `\` or carriage return in [p, end), or end.
[[nodiscard]] inline const char* find_string_stop(const char* p, const char* end) noexcept {
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i carriage_return = _mm_set1_epi8('\r');
  while (end - p >= 16) {
    const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const __m128i hit =
        _mm_or_si128(_mm_cmpeq_epi8(v, carriage_return),
                     _mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, backslash)));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(hit));
    if (mask != 0) return p + std::countr_zero(mask);
    p += 16;
  }
#else
  while (end - p >= 8) {
    const std::uint64_t w = load_word(p);
    if ((equal_bytes(w, '"') | equal_bytes(w, '\\') | equal_bytes(w, '\r')) != 0) break;
    p += 8;
  }
#endif
  while (p != end && *p != '"' && *p != '\\' && *p != '\r') ++p;
  return p;
}

/// The first byte that is NUL or not ASCII in [p, end), or end.
[[nodiscard]] inline const char* find_unusual(const char* p, const char* end) noexcept {
#if defined(__SSE2__)
  const __m128i zero = _mm_setzero_si128();
  while (end - p >= 16) {
    const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const auto mask =
        static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(v, _mm_cmpeq_epi8(v, zero))));
    if (mask != 0) return p + std::countr_zero(mask);
    p += 16;
  }
#else
  while (end - p >= 8) {
    const std::uint64_t w = load_word(p);
    if (((w & 0x8080808080808080U) | equal_bytes(w, '\0')) != 0) break;
    p += 8;
  }
#endif
  while (p != end && *p > 0) ++p;
  return p;
}

/// Offset of the first byte at or after `from` that is NUL or begins no UTF-8 character; npos if
/// there is none.
[[nodiscard]] inline std::size_t find_bad_byte(std::string_view text, std::size_t from) noexcept {
  const char* const end = text.data() + text.size();
  for (const char* p = text.data() + from;;) {
    p = find_unusual(p, end);
    if (p == end) return std::string_view::npos;
    const std::size_t length = *p == '\0' ? 0 : utf8_length(p, end);
    if (length == 0) return static_cast<std::size_t>(p - text.data());
    p += length;
  }
}

}  // namespace opamplan::syntax::syntax_impl
