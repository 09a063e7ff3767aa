/// \file
/// Quoting.
#pragma once

#include <algorithm>

#include "opamplan/config.hpp"
#include "opamplan/emit/quote.hpp"
#include "opamplan/error.hpp"

namespace opamplan {
namespace quote_detail {

inline bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_-+.,/:=@~%").find(c) != std::string_view::npos;
}

/// Length of the well-formed UTF-8 sequence at `i`, or 0.
inline std::size_t utf8_length(std::string_view s, std::size_t i) {
  const auto byte = [&](std::size_t k) {
    return k < s.size() ? static_cast<unsigned char>(s[k]) : 0U;
  };
  const auto tail = [&](std::size_t k) { return (byte(k) & 0xC0U) == 0x80U; };
  const unsigned first = byte(i);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return tail(i + 1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const bool overlong = first == 0xE0 && byte(i + 1) < 0xA0;
    const bool surrogate = first == 0xED && byte(i + 1) > 0x9F;
    return !overlong && !surrogate && tail(i + 1) && tail(i + 2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool overlong = first == 0xF0 && byte(i + 1) < 0x90;
    const bool beyond = first == 0xF4 && byte(i + 1) > 0x8F;
    return !overlong && !beyond && tail(i + 1) && tail(i + 2) && tail(i + 3) ? 4 : 0;
  }
  return 0;
}

inline std::string quoted(std::string_view text, bool hcl) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8_length(text, i);
    const char c = text[i];
    if (length == 0) {
      out += "\xEF\xBF\xBD";
      ++i;
      continue;
    }
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += "\\u00";
      out += hex[static_cast<unsigned char>(c) >> 4U];
      out += hex[static_cast<unsigned char>(c) & 15U];
    } else {
      // HCL reads ${ and %{ as templates; doubling the sign makes them text.
      if (hcl && (c == '$' || c == '%') && i + 1 < text.size() && text[i + 1] == '{') out += c;
      out += text.substr(i, length);
    }
    i += length;
  }
  return out + "\"";
}

}  // namespace quote_detail

OPAMPLAN_INLINE std::string shell_word(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      throw invalid_request("a name, version or system package holds a control character: " +
                            json_string(text));
    }
  }
  if (!text.empty() && text.front() != '-' && text.front() != '~' &&
      std::all_of(text.begin(), text.end(), quote_detail::is_plain)) {
    return std::string(text);
  }
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  out += '\'';
  return out;
}

OPAMPLAN_INLINE std::string json_string(std::string_view text) {
  return quote_detail::quoted(text, false);
}

OPAMPLAN_INLINE std::string hcl_string(std::string_view text) {
  return quote_detail::quoted(text, true);
}

}  // namespace opamplan
