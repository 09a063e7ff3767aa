/// \file
/// Tokens of the opam file language, exactly as opam-file-format's lexer cuts them.
#pragma once

#include <cstdint>
#include <string_view>

#include "opamplan/config.hpp"
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
  relation,     ///< `oper` says which
  logical,
  prefix,
  environment,
  invalid,      ///< `problem` says why
};

struct token {
  token_kind kind = token_kind::end;
  op oper = op::none;
  std::uint8_t flags = 0;  ///< Of a string: as `node::flag`.
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  const char* problem = nullptr;
};

/// Cuts a text into tokens. Does not allocate. The text must outlive it.
class lexer {
 public:
  explicit lexer(std::string_view text) noexcept : text_(text) {}

  /// The next token; `end` for ever after the last. After `invalid` it goes on behind the token.
  token next() noexcept;

  /// Goes on at this byte.
  void seek(std::uint32_t offset) noexcept { at_ = offset; }

 private:
  [[nodiscard]] char peek(std::uint32_t offset) const noexcept {
    return offset < text_.size() ? text_[offset] : '\0';
  }
  bool skip_space(token& t) noexcept;
  void lex_string(token& t) noexcept;
  void lex_word(token& t) noexcept;
  void lex_integer(token& t) noexcept;
  void lex_operator(token& t) noexcept;
  std::uint32_t escape_length(std::uint32_t at) const noexcept;

  std::string_view text_;
  std::uint32_t at_ = 0;
};

}  // namespace opamplan::syntax

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/syntax/impl/lexer.ipp"
#endif
