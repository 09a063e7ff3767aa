/// \file
/// Tokens of the opam file language, exactly as opam-file-format's lexer cuts them.
#pragma once

#include <cstdint>
#include <string_view>

#include "opamplan/base/config.hpp"
#include "opamplan/syntax/ast.hpp"

namespace opamplan::syntax {

enum class token_kind : std::uint8_t {
  end,
  identifier,
  string,
  boolean,
  integer,
  colon,
  left_brace,
  right_brace,
  left_bracket,
  right_bracket,
  left_parenthesis,
  right_parenthesis,
  relation,  ///< `oper` says which
  logical,
  prefix,
  environment,
  invalid,  ///< `problem` says why
};

struct token {
  token_kind kind = token_kind::end;
  op oper = op::none;
  std::uint8_t flags = 0;  ///< Of a string: as `node::flag`.
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  const char* problem = nullptr;
};

/// Cuts a text of less than 4 GiB into tokens. Does not allocate. The text must outlive it.
class lexer {
 public:
  explicit lexer(std::string_view text) noexcept
      : base_(text.data()), at_(text.data()), end_(text.data() + text.size()) {}

  /// The next token into `t`; `end` for ever after the last. After `invalid` it goes on behind the
  /// token.
  void next(token& t) noexcept;

  /// Goes on at this byte.
  void seek(std::uint32_t offset) noexcept { at_ = base_ + offset; }

 private:
  // NUL behind the end, which is never part of a token of several characters.
  [[nodiscard]] char peek(const char* p) const noexcept { return p < end_ ? *p : '\0'; }
  [[nodiscard]] std::uint32_t offset(const char* p) const noexcept {
    return static_cast<std::uint32_t>(p - base_);
  }
  void finish(token& t, token_kind kind, const char* end) noexcept;
  void finish(token& t, token_kind kind, op o, std::uint32_t length) noexcept;
  void reject(token& t, const char* begin, const char* end, const char* problem) noexcept;
  void reject_character(token& t) noexcept;
  [[nodiscard]] const char* skip_comment() noexcept;
  void lex_string(token& t) noexcept;
  void lex_word(token& t) noexcept;
  void lex_integer(token& t) noexcept;
  void lex_operator(token& t) noexcept;
  [[nodiscard]] std::uint32_t escape_length(const char* p) const noexcept;
  [[nodiscard]] const char* skip_word(const char* p, bool& has_letter) const noexcept;

  const char* base_;
  const char* at_;
  const char* end_;
};

}  // namespace opamplan::syntax

// Always inline: the parser's speed depends on it.
#include "opamplan/syntax/impl/lexer.hpp"
