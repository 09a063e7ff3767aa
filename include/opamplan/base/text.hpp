/// \file
/// UTF-8, text for people, and what a person may have meant.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "opamplan/base/config.hpp"

namespace opamplan {

/// Of ASCII, whatever the locale.
[[nodiscard]] constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
[[nodiscard]] constexpr bool is_small_letter(char c) noexcept { return c >= 'a' && c <= 'z'; }
[[nodiscard]] constexpr bool is_letter(char c) noexcept {
  return is_small_letter(c) || (c >= 'A' && c <= 'Z');
}
[[nodiscard]] constexpr bool is_letter_or_digit(char c) noexcept {
  return is_letter(c) || is_digit(c);
}
[[nodiscard]] constexpr bool is_control(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

/// The length in bytes of the UTF-8 character at `p`, which is before `end`; 0 if there is none
/// (RFC 3629: the shortest form, no surrogates).
[[nodiscard]] inline std::size_t utf8_length(const char* p, const char* end) noexcept {
  const auto byte = [&](std::size_t i) -> unsigned {
    return static_cast<std::size_t>(end - p) > i ? static_cast<unsigned char>(p[i]) : 0U;
  };
  const auto continues = [&](std::size_t i) { return (byte(i) & 0xc0U) == 0x80U; };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return continues(1) ? 2 : 0;
  if ((lead & 0xf0U) == 0xe0U) {
    const bool well_formed = !(lead == 0xe0 && byte(1) < 0xa0) && !(lead == 0xed && byte(1) > 0x9f);
    return well_formed && continues(1) && continues(2) ? 3 : 0;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    const bool well_formed = !(lead == 0xf0 && byte(1) < 0x90) && !(lead == 0xf4 && byte(1) > 0x8f);
    return well_formed && continues(1) && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

/// Every byte that belongs to no UTF-8 character becomes U+FFFD.
[[nodiscard]] std::string as_utf8(std::string_view bytes);

/// As UTF-8 for a person: bytes of no UTF-8 character, and control characters but those of `kept`,
/// become `\xHH`.
[[nodiscard]] std::string printable(std::string_view bytes, std::string_view kept = {});

/// A to Z become small letters, all else stays.
[[nodiscard]] std::string lower_case(std::string_view text);

/// Those of `names` that are close to `text`, the closest first: few edits away (of letters, swaps
/// count once; one for three letters), or of the same letters; case, dashes and underscores apart.
[[nodiscard]] std::vector<std::string> close_names(std::span<const std::string> names,
                                                   std::string_view text, std::size_t most = 3);

/// The end of a message about something unknown: `; did you mean A, B?`, or nothing if there is
/// nothing near.
[[nodiscard]] std::string did_you_mean(std::span<const std::string> near);

/// The same for a choice of few words: those near to `text`, else `; there are: A, B, C`.
[[nodiscard]] std::string did_you_mean_one_of(std::span<const std::string> words,
                                              std::string_view text);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/base/impl/text.ipp"
#endif
