/// \file
/// The lexer: longest match, as ocamllex does it.
#pragma once

#include <array>
#include <cstring>

#include "opamplan/config.hpp"
#include "opamplan/syntax/lexer.hpp"

namespace opamplan::syntax {
namespace lexer_detail {

enum character : std::uint8_t {
  alpha = 1,
  digit = 2,
  word_other = 4,  // `_` and `-`
  string_stop = 8  // ends a run of plain string bytes
};

inline constexpr std::array<std::uint8_t, 256> classes = [] {
  std::array<std::uint8_t, 256> table{};
  for (int c = 'a'; c <= 'z'; ++c) table[static_cast<std::size_t>(c)] = alpha;
  for (int c = 'A'; c <= 'Z'; ++c) table[static_cast<std::size_t>(c)] = alpha;
  for (int c = '0'; c <= '9'; ++c) table[static_cast<std::size_t>(c)] = digit;
  table['_'] = table['-'] = word_other;
  table['"'] = table['\\'] = table['\r'] = string_stop;
  return table;
}();

[[nodiscard]] inline std::uint8_t class_of(char c) noexcept {
  return classes[static_cast<unsigned char>(c)];
}
[[nodiscard]] inline bool is_word(char c) noexcept {
  return (class_of(c) & (alpha | digit | word_other)) != 0;
}

}  // namespace lexer_detail

// False, with an invalid token, for a comment without end.
OPAMPLAN_INLINE bool lexer::skip_space(token& t) noexcept {
  const auto size = static_cast<std::uint32_t>(text_.size());
  while (at_ < size) {
    const char c = text_[at_];
    if (c == ' ' || c == '\n' || c == '\t' || (c == '\r' && peek(at_ + 1) == '\n')) {
      ++at_;
    } else if (c == '#') {
      const void* const eol = std::memchr(text_.data() + at_, '\n', size - at_);
      at_ = eol == nullptr ? size
                           : static_cast<std::uint32_t>(static_cast<const char*>(eol) -
                                                        text_.data());
    } else if (c == '(' && peek(at_ + 1) == '*') {
      const std::uint32_t begin = at_;
      at_ += 2;
      for (std::uint32_t depth = 1; depth > 0;) {
        if (at_ >= size) {
          t = {token_kind::invalid, op::none, 0, begin, size, "comment without its end `*)`"};
          return false;
        }
        if (text_[at_] == '*' && peek(at_ + 1) == ')') {
          --depth;
          at_ += 2;
        } else if (text_[at_] == '(' && peek(at_ + 1) == '*') {
          ++depth;
          at_ += 2;
        } else {
          ++at_;
        }
      }
    } else {
      break;
    }
  }
  return true;
}

OPAMPLAN_INLINE token lexer::next() noexcept {
  token t;
  if (!skip_space(t)) return t;
  t.begin = t.end = at_;
  if (at_ >= text_.size()) return t;
  const char c = text_[at_];
  const auto single = [&](token_kind kind) {
    t.kind = kind;
    t.end = at_ + 1;
  };
  if (c == '"') {
    lex_string(t);
  } else if (lexer_detail::is_word(c)) {
    lex_word(t);
  } else {
    switch (c) {
      case '{':
        single(token_kind::left_brace);
        break;
      case '}':
        single(token_kind::right_brace);
        break;
      case '[':
        single(token_kind::left_bracket);
        break;
      case ']':
        single(token_kind::right_bracket);
        break;
      case '(':
        single(token_kind::left_parenthesis);
        break;
      case ')':
        single(token_kind::right_parenthesis);
        break;
      default:
        lex_operator(t);
    }
  }
  at_ = t.end;
  return t;
}

// Length of the escape at a backslash, or 0 if it is none.
OPAMPLAN_INLINE std::uint32_t lexer::escape_length(std::uint32_t at) const noexcept {
  const auto is_digit = [&](std::uint32_t i) { return peek(i) >= '0' && peek(i) <= '9'; };
  const auto is_hex = [&](std::uint32_t i) {
    const char c = static_cast<char>(peek(i) | 0x20);
    return is_digit(i) || (c >= 'a' && c <= 'f');
  };
  const char c = peek(at + 1);
  switch (c) {
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
      return peek(at + 2) == '\n' ? 3 : 0;
    case 'x':
      return is_hex(at + 2) && is_hex(at + 3) ? 4 : 0;
    default:
      break;
  }
  if (!is_digit(at + 1) || !is_digit(at + 2) || !is_digit(at + 3)) return 0;
  const int code = 100 * (c - '0') + 10 * (peek(at + 2) - '0') + (peek(at + 3) - '0');
  return code <= 255 ? 4 : 0;
}

OPAMPLAN_INLINE void lexer::lex_string(token& t) noexcept {
  const auto size = static_cast<std::uint32_t>(text_.size());
  const bool triple = peek(at_ + 1) == '"' && peek(at_ + 2) == '"';
  t.kind = token_kind::string;
  if (triple) t.flags |= node::triple_quoted;
  std::uint32_t i = at_ + (triple ? 3 : 1);
  while (true) {
    while (i < size && lexer_detail::class_of(text_[i]) != lexer_detail::string_stop) ++i;
    if (i >= size) {
      t = {token_kind::invalid, op::none, 0, t.begin, size, "string without its closing quote"};
      return;
    }
    if (text_[i] == '"') {
      if (!triple) {
        t.end = i + 1;
        return;
      }
      if (peek(i + 1) == '"' && peek(i + 2) == '"') {
        t.end = i + 3;
        return;
      }
      ++i;
    } else if (text_[i] == '\r') {
      if (peek(i + 1) == '\n') t.flags |= node::escaped;
      ++i;
    } else {
      const std::uint32_t length = escape_length(i);
      if (length == 0) {
        t = {token_kind::invalid, op::none, 0, i, i + 1, "illegal escape sequence in a string"};
        return;
      }
      t.flags |= node::escaped;
      i += length;
    }
  }
}

OPAMPLAN_INLINE void lexer::lex_word(token& t) noexcept {
  const auto size = static_cast<std::uint32_t>(text_.size());
  // A run of word characters; true if it holds a letter, which makes it a name.
  const auto run = [&](std::uint32_t& i) {
    std::uint8_t seen = 0;
    while (i < size && lexer_detail::is_word(text_[i])) {
      seen |= lexer_detail::class_of(text_[i]);
      ++i;
    }
    return (seen & lexer_detail::alpha) != 0;
  };
  std::uint32_t i = at_;
  const bool name = run(i);
  bool scoped = false;
  if (name || text_[at_] == '_') {
    // name ('+' name)* (':' name)?, where `_` alone may stand for a package
    std::uint32_t end = name ? i : at_ + 1;
    std::uint32_t next = end;
    while (peek(next) == '+') {
      std::uint32_t j = next + 1;
      const bool part = run(j);
      if (!part && peek(next + 1) != '_') break;
      end = next = part ? j : next + 2;
      scoped = true;
    }
    if (peek(next) == ':') {
      std::uint32_t j = next + 1;
      if (run(j)) {
        end = j;
        scoped = true;
      }
    }
    if (name || scoped) {
      t.kind = token_kind::identifier;
      t.end = end;
      const std::string_view word = text_.substr(t.begin, t.end - t.begin);
      if (!scoped && (word == "true" || word == "false")) t.kind = token_kind::boolean;
      return;
    }
  }
  lex_integer(t);
}

OPAMPLAN_INLINE void lexer::lex_integer(token& t) noexcept {
  std::uint32_t i = at_;
  if (peek(i) == '-') ++i;
  const std::uint32_t first_digit = i;
  constexpr std::uint64_t limit = std::uint64_t{1} << 62U;  // OCaml's integers have 63 bits
  std::uint64_t magnitude = 0;
  bool too_large = false;
  while ((peek(i) >= '0' && peek(i) <= '9') || peek(i) == '_') {
    if (peek(i) != '_' && !too_large) {
      magnitude = 10 * magnitude + static_cast<std::uint64_t>(peek(i) - '0');
      too_large = magnitude > limit;
    }
    ++i;
  }
  t.end = i > first_digit ? i : at_ + 1;
  const bool negative = peek(at_) == '-';
  if (i == first_digit || peek(first_digit) == '_') {
    t.kind = token_kind::invalid;
    t.problem = "not a valid token";
  } else if (too_large || (magnitude == limit && !negative)) {
    t.kind = token_kind::invalid;
    t.problem = "integer out of range";
  } else {
    t.kind = token_kind::integer;
  }
}

OPAMPLAN_INLINE void lexer::lex_operator(token& t) noexcept {
  const char c = text_[at_];
  const char d = peek(at_ + 1);
  const auto make = [&](token_kind kind, op o, std::uint32_t length) {
    t.kind = kind;
    t.oper = o;
    t.end = at_ + length;
  };
  switch (c) {
    case ':':
      if (d == '=') return make(token_kind::environment, op::colon_eq, 2);
      return make(token_kind::colon, op::none, 1);
    case '&':
      return make(token_kind::logical, op::conj, 1);
    case '|':
      return make(token_kind::logical, op::disj, 1);
    case '?':
      return make(token_kind::prefix, op::defined, 1);
    case '!':
      if (d == '=') return make(token_kind::relation, op::neq, 2);
      return make(token_kind::prefix, op::negate, 1);
    case '<':
      if (d == '=') return make(token_kind::relation, op::leq, 2);
      return make(token_kind::relation, op::lt, 1);
    case '>':
      if (d == '=') return make(token_kind::relation, op::geq, 2);
      return make(token_kind::relation, op::gt, 1);
    case '~':
      return make(token_kind::relation, op::geq, 1);
    case '+':
      if (d == '=') return make(token_kind::environment, op::plus_eq, 2);
      break;
    case '=':
      if (d == '+') {
        if (peek(at_ + 2) == '=') return make(token_kind::environment, op::eq_plus_eq, 3);
        return make(token_kind::environment, op::eq_plus, 2);
      }
      if (d == ':') {
        if (peek(at_ + 2) == '=') {
          make(token_kind::invalid, op::none, 3);
          t.problem = "`=:=` is not an environment update operator";
          return;
        }
        return make(token_kind::environment, op::eq_colon, 2);
      }
      return make(token_kind::relation, op::eq, 1);
    default:
      break;
  }
  make(token_kind::invalid, op::none, 1);
  t.problem = "not a valid token";
}

}  // namespace opamplan::syntax
