/// \file
/// The lexer: longest match, as ocamllex does it. A table says what a token's first byte means.
#pragma once

#include <array>
#include <cstring>

#include "opamplan/base/config.hpp"
#include "opamplan/syntax/impl/scan.hpp"
#include "opamplan/syntax/lexer.hpp"

namespace opamplan::syntax {
namespace syntax_impl {

/// What a byte begins.
enum class start : std::uint8_t { bad, space, carriage_return, hash, quote, word, bracket, sign };

struct character {
  start begins = start::bad;
  bool letter = false;
  bool in_word = false;
  token_kind bracket = token_kind::invalid;
};

inline constexpr std::array<character, 256> characters = [] {
  std::array<character, 256> table{};
  const auto at = [&](char c) -> character& { return table[static_cast<unsigned char>(c)]; };
  for (const char c : {' ', '\t', '\n'}) at(c).begins = start::space;
  at('\r').begins = start::carriage_return;
  at('#').begins = start::hash;
  at('"').begins = start::quote;
  const auto word = [&](char first, char last, bool letter) {
    for (char c = first; c <= last; ++c) at(c) = {start::word, letter, true, token_kind::invalid};
  };
  word('a', 'z', true);
  word('A', 'Z', true);
  word('0', '9', false);
  word('_', '_', false);
  word('-', '-', false);
  for (const char c : {':', '&', '|', '?', '!', '<', '>', '~', '+', '='})
    at(c).begins = start::sign;
  const auto bracket = [&](char c, token_kind kind) {
    at(c).begins = start::bracket;
    at(c).bracket = kind;
  };
  bracket('{', token_kind::left_brace);
  bracket('}', token_kind::right_brace);
  bracket('[', token_kind::left_bracket);
  bracket(']', token_kind::right_bracket);
  bracket('(', token_kind::left_parenthesis);
  bracket(')', token_kind::right_parenthesis);
  return table;
}();

[[nodiscard]] inline const character& about(char c) noexcept {
  return characters[static_cast<unsigned char>(c)];
}

}  // namespace syntax_impl

inline void lexer::finish(token& t, token_kind kind, const char* end) noexcept {
  t.kind = kind;
  t.end = offset(end);
  at_ = end;
}

inline void lexer::finish(token& t, token_kind kind, op o, std::uint32_t length) noexcept {
  t.oper = o;
  finish(t, kind, at_ + length);
}

inline void lexer::reject(token& t, const char* begin, const char* end,
                          const char* problem) noexcept {
  t.problem = problem;
  t.begin = offset(begin);
  finish(t, token_kind::invalid, end);
}

inline void lexer::reject_character(token& t) noexcept {
  const std::size_t length = utf8_length(at_, end_);
  if (length < 2) return reject(t, at_, at_ + 1, "not a valid token");
  const bool is_mark = std::string_view(at_, length) == "\xef\xbb\xbf";
  reject(t, at_, at_ + length,
         is_mark ? "a byte order mark, which opam refuses: save the file as UTF-8 without it"
                 : "a character that is not ASCII outside of a string");
}

inline void lexer::next(token& t) noexcept {
  using syntax_impl::start;
  while (at_ != end_) {
    const char c = *at_;
    const syntax_impl::character& about = syntax_impl::about(c);
    switch (about.begins) {
      case start::space:
        do {
          ++at_;
        } while (at_ != end_ && syntax_impl::about(*at_).begins == start::space);
        continue;
      case start::carriage_return:
        if (peek(at_ + 1) != '\n') break;
        at_ += 2;
        continue;
      case start::hash: {
        const auto rest = static_cast<std::size_t>(end_ - at_);
        const void* const line_break = std::memchr(at_, '\n', rest);
        at_ = line_break == nullptr ? end_ : static_cast<const char*>(line_break);
        continue;
      }
      case start::quote:
        lex_string(t);
        return;
      case start::word:
        lex_word(t);
        return;
      case start::bracket:
        t.begin = offset(at_);
        if (c == '(' && peek(at_ + 1) == '*') {
          const char* const behind = skip_comment();
          if (behind != nullptr) {
            at_ = behind;
            continue;
          }
          reject(t, at_, end_, "comment without its end `*)`");
          return;
        }
        finish(t, about.bracket, at_ + 1);
        return;
      case start::sign:
        lex_operator(t);
        return;
      case start::bad:
        break;
    }
    reject_character(t);
    return;
  }
  t.kind = token_kind::end;
  t.begin = t.end = offset(end_);
}

// Behind a comment, in which comments nest; null if it has no end.
inline const char* lexer::skip_comment() noexcept {
  const char* p = at_ + 2;
  for (std::uint32_t depth = 1; depth > 0;) {
    if (end_ - p < 2) return nullptr;
    if (p[0] == '*' && p[1] == ')') {
      --depth;
      p += 2;
    } else if (p[0] == '(' && p[1] == '*') {
      ++depth;
      p += 2;
    } else {
      ++p;
    }
  }
  return p;
}

// Length of the escape at a backslash, or 0 if it is none.
inline std::uint32_t lexer::escape_length(const char* p) const noexcept {
  const auto is_digit = [&](int i) { return peek(p + i) >= '0' && peek(p + i) <= '9'; };
  const auto is_hex = [&](int i) {
    const char c = static_cast<char>(peek(p + i) | 0x20);
    return is_digit(i) || (c >= 'a' && c <= 'f');
  };
  if (end_ - p < 2) return 0;
  switch (p[1]) {
    case '\\':
    case '"':
    case '\'':
    case 'n':
    case 'r':
    case 't':
    case 'b':
    case ' ':
    case '\n':
      return 2;
    case '\r':
      return peek(p + 2) == '\n' ? 3 : 0;
    case 'x':
      return is_hex(2) && is_hex(3) ? 4 : 0;
    default:
      break;
  }
  if (!is_digit(1) || !is_digit(2) || !is_digit(3)) return 0;
  return 100 * (p[1] - '0') + 10 * (p[2] - '0') + (p[3] - '0') <= 255 ? 4 : 0;
}

inline void lexer::lex_string(token& t) noexcept {
  const bool triple = peek(at_ + 1) == '"' && peek(at_ + 2) == '"';
  t.begin = offset(at_);
  t.flags = triple ? node::triple_quoted : 0;
  const char* p = at_ + (triple ? 3 : 1);
  while (true) {
    p = syntax_impl::find_string_stop(p, end_);
    if (p == end_) {
      reject(t, at_, end_, "string without its closing quote");
      return;
    }
    if (*p == '"') {
      if (!triple) {
        finish(t, token_kind::string, p + 1);
        return;
      }
      if (peek(p + 1) == '"' && peek(p + 2) == '"') {
        finish(t, token_kind::string, p + 3);
        return;
      }
      ++p;
    } else if (*p == '\r') {
      if (peek(p + 1) == '\n') t.flags |= node::escaped;
      ++p;
    } else {
      const std::uint32_t length = escape_length(p);
      if (length == 0) {
        reject(t, p, p + 1, "illegal escape sequence in a string");
        return;
      }
      t.flags |= node::escaped;
      p += length;
    }
  }
}

// Behind the word characters at `p`; a word with a letter in it is a name.
inline const char* lexer::skip_word(const char* p, bool& has_letter) const noexcept {
  has_letter = false;
  while (p != end_) {
    const syntax_impl::character& about = syntax_impl::about(*p);
    if (!about.in_word) break;
    has_letter |= about.letter;
    ++p;
  }
  return p;
}

// name ('+' name)* (':' name)?, where `_` alone may stand for a name before the colon; else an
// integer.
inline void lexer::lex_word(token& t) noexcept {
  t.begin = offset(at_);
  bool is_name = false;
  const char* end = skip_word(at_, is_name);
  if (!is_name) {
    const char* const next = at_ + 1;
    if (*at_ != '_' || (peek(next) != '+' && peek(next) != ':')) return lex_integer(t);
    end = next;
  }
  bool scoped = false;
  bool part_is_name = false;
  while (peek(end) == '+') {
    const char* const part = end + 1;
    const char* const part_end = skip_word(part, part_is_name);
    if (!part_is_name && peek(part) != '_') break;
    end = part_is_name ? part_end : part + 1;
    scoped = true;
  }
  if (peek(end) == ':' && syntax_impl::about(peek(end + 1)).in_word) {
    const char* const variable_end = skip_word(end + 1, part_is_name);
    if (part_is_name) {
      end = variable_end;
      scoped = true;
    }
  }
  if (!is_name && !scoped) return lex_integer(t);
  const auto length = static_cast<std::size_t>(end - at_);
  const bool boolean = (length == 4 && std::memcmp(at_, "true", 4) == 0) ||
                       (length == 5 && std::memcmp(at_, "false", 5) == 0);
  finish(t, boolean ? token_kind::boolean : token_kind::identifier, end);
}

inline void lexer::lex_integer(token& t) noexcept {
  const bool negative = *at_ == '-';
  const char* p = negative ? at_ + 1 : at_;
  const char* const first_digit = p;
  constexpr std::uint64_t limit = std::uint64_t{1} << 62U;  // OCaml's integers have 63 bits
  std::uint64_t magnitude = 0;
  bool too_large = false;
  for (; (peek(p) >= '0' && peek(p) <= '9') || peek(p) == '_'; ++p) {
    if (*p == '_' || too_large) continue;
    magnitude = 10 * magnitude + static_cast<std::uint64_t>(*p - '0');
    too_large = magnitude > limit;
  }
  if (p == first_digit || *first_digit == '_') {
    reject(t, at_, p == at_ ? p + 1 : p, "not a valid token");
  } else if (too_large || (magnitude == limit && !negative)) {
    reject(t, at_, p, "integer out of range");
  } else {
    finish(t, token_kind::integer, p);
  }
}

inline void lexer::lex_operator(token& t) noexcept {
  const char following = peek(at_ + 1);
  t.begin = offset(at_);
  switch (*at_) {
    case ':':
      if (following == '=') return finish(t, token_kind::environment, op::colon_eq, 2);
      return finish(t, token_kind::colon, op::none, 1);
    case '&':
      return finish(t, token_kind::logical, op::conj, 1);
    case '|':
      return finish(t, token_kind::logical, op::disj, 1);
    case '?':
      return finish(t, token_kind::prefix, op::defined, 1);
    case '!':
      if (following == '=') return finish(t, token_kind::relation, op::neq, 2);
      return finish(t, token_kind::prefix, op::negate, 1);
    case '<':
      if (following == '=') return finish(t, token_kind::relation, op::leq, 2);
      return finish(t, token_kind::relation, op::lt, 1);
    case '>':
      if (following == '=') return finish(t, token_kind::relation, op::geq, 2);
      return finish(t, token_kind::relation, op::gt, 1);
    case '~':
      return finish(t, token_kind::relation, op::geq, 1);
    case '+':
      if (following == '=') return finish(t, token_kind::environment, op::plus_eq, 2);
      break;
    case '=':
      if (following == '+') {
        if (peek(at_ + 2) == '=') return finish(t, token_kind::environment, op::eq_plus_eq, 3);
        return finish(t, token_kind::environment, op::eq_plus, 2);
      }
      if (following == ':') {
        if (peek(at_ + 2) != '=') return finish(t, token_kind::environment, op::eq_colon, 2);
        return reject(t, at_, at_ + 3, "`=:=` is not an environment update operator");
      }
      return finish(t, token_kind::relation, op::eq, 1);
    default:
      break;
  }
  reject(t, at_, at_ + 1, "not a valid token");
}

}  // namespace opamplan::syntax
