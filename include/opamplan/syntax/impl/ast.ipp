/// \file
/// Reading values out of a syntax tree.
#pragma once

#include <algorithm>
#include <charconv>

#include "opamplan/base/config.hpp"
#include "opamplan/base/text.hpp"
#include "opamplan/syntax/ast.hpp"

namespace opamplan::syntax {

OPAMPLAN_INLINE std::string_view to_string(op o) noexcept {
  switch (o) {
    case op::none:
      return "";
    case op::eq:
      return "=";
    case op::neq:
      return "!=";
    case op::geq:
      return ">=";
    case op::gt:
      return ">";
    case op::leq:
      return "<=";
    case op::lt:
      return "<";
    case op::conj:
      return "&";
    case op::disj:
      return "|";
    case op::negate:
      return "!";
    case op::defined:
      return "?";
    case op::set:
      return "=";
    case op::plus_eq:
      return "+=";
    case op::eq_plus:
      return "=+";
    case op::eq_plus_eq:
      return "=+=";
    case op::colon_eq:
      return ":=";
    case op::eq_colon:
      return "=:";
  }
  return "";
}

OPAMPLAN_INLINE std::string_view value::raw() const noexcept {
  const std::string_view text = source();
  if (kind() != value_kind::string) return text;
  const std::size_t quote = is_triple_quoted() ? 3 : 1;
  return text.substr(quote, text.size() - 2 * quote);
}

OPAMPLAN_INLINE std::string value::as_string() const {
  if (kind() == value_kind::string && (get().flags & node::escaped) != 0) {
    return decode_string(raw());
  }
  return std::string(raw());
}

OPAMPLAN_INLINE std::string_view value::as_string_view(std::string& scratch) const {
  if (kind() == value_kind::string && (get().flags & node::escaped) != 0) {
    scratch = decode_string(raw());
    return scratch;
  }
  return raw();
}

OPAMPLAN_INLINE std::int64_t value::as_int() const noexcept {
  std::int64_t result = 0;
  std::string digits(source());
  digits.erase(std::remove(digits.begin(), digits.end(), '_'), digits.end());
  std::from_chars(digits.data(), digits.data() + digits.size(), result);
  return result;
}

OPAMPLAN_INLINE std::optional<value> file::find(std::string_view name) const noexcept {
  for (const item i : items()) {
    if (!i.is_section() && i.name() == name) return i.value();
  }
  return std::nullopt;
}

OPAMPLAN_INLINE position file::locate(std::uint32_t offset) const noexcept {
  return syntax::locate(text(), offset);
}

OPAMPLAN_INLINE position locate(std::string_view text, std::uint32_t offset) noexcept {
  const std::string_view before = text.substr(0, offset);
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const std::size_t line_break = before.rfind('\n');
  const std::size_t line_begin = line_break == std::string_view::npos ? 0 : line_break + 1;
  return {static_cast<std::uint32_t>(lines + 1),
          static_cast<std::uint32_t>(before.size() - line_begin + 1)};
}

// The parser has checked every escape.
OPAMPLAN_INLINE std::string decode_string(std::string_view body) {
  std::string out;
  out.reserve(body.size());
  const auto hex = [](char c) {
    return c >= 'a' ? c - 'a' + 10 : c >= 'A' ? c - 'A' + 10 : c - '0';
  };
  for (std::size_t i = 0; i < body.size(); ++i) {
    const char c = body[i];
    if (c == '\r' && i + 1 < body.size() && body[i + 1] == '\n') continue;
    if (c != '\\' || i + 1 >= body.size()) {
      out += c;
      continue;
    }
    const char e = body[++i];
    if (is_digit(e) && i + 2 < body.size()) {
      out += static_cast<char>(100 * (e - '0') + 10 * (body[i + 1] - '0') + (body[i + 2] - '0'));
      i += 2;
    } else if (e == 'x' && i + 2 < body.size()) {
      out += static_cast<char>(16 * hex(body[i + 1]) + hex(body[i + 2]));
      i += 2;
    } else if (e == '\n' || e == '\r') {  // a line continued: its indentation is not part of it
      if (e == '\r') ++i;
      while (i + 1 < body.size() && (body[i + 1] == ' ' || body[i + 1] == '\t')) ++i;
    } else {
      out += e == 'n' ? '\n' : e == 'r' ? '\r' : e == 't' ? '\t' : e == 'b' ? '\b' : e;
    }
  }
  return out;
}

}  // namespace opamplan::syntax
