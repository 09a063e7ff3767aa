/// \file
/// Quoting.
#pragma once

#include <algorithm>

#include "opamplan/base/config.hpp"
#include "opamplan/base/error.hpp"
#include "opamplan/base/json.hpp"
#include "opamplan/base/text.hpp"
#include "opamplan/emit/quote.hpp"

namespace opamplan {
namespace emit_impl {

inline bool is_plain(char c) {
  return is_letter_or_digit(c) || std::string_view("_-+.,/:=@~%").find(c) != std::string_view::npos;
}

/// Whether a shell may take a `~` for somebody's home: at the begin of a word, and for bash of a
/// value or a path in it too.
inline bool names_a_home(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '~' && (i == 0 || text[i - 1] == '=' || text[i - 1] == ':')) return true;
  }
  return false;
}

}  // namespace emit_impl

OPAMPLAN_INLINE std::string shell_word(std::string_view text) {
  if (std::any_of(text.begin(), text.end(), is_control)) {
    throw invalid_request("a name, version or system package holds a control character: " +
                          json_string(text));
  }
  if (!text.empty() && text.front() != '-' && !emit_impl::names_a_home(text) &&
      std::all_of(text.begin(), text.end(), emit_impl::is_plain)) {
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
  // A line of a Dockerfile that ends in a backslash goes on: a quote must follow it, as here.
  return out + "'";
}

OPAMPLAN_INLINE std::string script_word(std::string_view text) {
  if (text.empty() || text.front() == '-') {
    throw invalid_request("a name, version or system package is empty or begins with \"-\": " +
                          json_string(text));
  }
  return shell_word(text);
}

OPAMPLAN_INLINE std::string path_component(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool kept = is_letter_or_digit(c) || c == '_' || c == '+' || c == '~' ||
                      ((c == '.' || c == '-') && !out.empty());
    if (kept) {
      out += c;
    } else {
      out += '%';
      out += hex[static_cast<unsigned char>(c) >> 4U];
      out += hex[static_cast<unsigned char>(c) & 15U];
    }
  }
  return out;
}

OPAMPLAN_INLINE std::string hcl_string(std::string_view text) {
  const std::string json = json_string(text);
  std::string out;
  out.reserve(json.size());
  for (std::size_t i = 0; i < json.size(); ++i) {
    if (json[i] == '\\') {
      // A lone surrogate stands for a byte that is not UTF-8. An escape is never cut in two.
      if (json.compare(i, 4, "\\udc") == 0) {
        out += "\xEF\xBF\xBD";
        i += 5;
      } else {
        out += json[i];
        out += json[++i];
      }
      continue;
    }
    // HCL reads ${ and %{ as templates; doubling the sign makes them text.
    if ((json[i] == '$' || json[i] == '%') && json[i + 1] == '{') out += json[i];
    out += json[i];
  }
  return out;
}

OPAMPLAN_INLINE std::string bake_json_string(std::string_view text) {
  std::string escaped;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((text[i] == '$' || text[i] == '%') && text.substr(i + 1, 1) == "{") escaped += text[i];
    escaped += text[i];
  }
  return json_string(escaped);
}

OPAMPLAN_INLINE std::string make_word(std::string_view text) {
  std::string out;
  for (const char c : shell_word(text)) {
    out += c;
    if (c == '$') out += c;
  }
  return out;
}

}  // namespace opamplan
