/// \file
/// From text to a syntax tree, with errors that say what, where and what was expected.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "opamplan/config.hpp"
#include "opamplan/error.hpp"
#include "opamplan/syntax/ast.hpp"

namespace opamplan::syntax {

struct parse_options {
  /// Values and sections nested deeper are an error.
  std::uint32_t max_depth = 1000;
  /// Longer texts are an error. At most 2^31.
  std::uint32_t max_bytes = 64U << 20U;
};

/// One thing wrong with a text.
struct parse_diagnostic {
  std::string path;
  position where;
  syntax::span span;  ///< The bytes it is about.
  std::string message;      ///< "unexpected `]`"
  std::string expected;     ///< "a value"; empty if nothing better can be said.
  std::string source_line;  ///< Shortened around the position if very long.

  /// `path:line:column: message, expected ...`, the line, and a caret under the place.
  [[nodiscard]] std::string to_string() const;
};

class parse_error : public error {
 public:
  explicit parse_error(parse_diagnostic d) : error(d.to_string()), diagnostic_(std::move(d)) {}
  [[nodiscard]] const parse_diagnostic& diagnostic() const noexcept { return diagnostic_; }

 private:
  parse_diagnostic diagnostic_;
};

/// Parses a whole opam file. Linear. Throws `parse_error` for the first thing wrong.
[[nodiscard]] file parse(std::string text, std::string path = "", parse_options options = {});

/// What could be read, and everything wrong.
struct parse_result {
  file tree;
  std::vector<parse_diagnostic> errors;
};

/// Never throws for bad text: an item that does not parse is left out, and reading goes on at the
/// next line that looks like an item.
[[nodiscard]] parse_result parse_recovering(std::string text, std::string path = "",
                                            parse_options options = {});

/// Parses one value, as in `parse_value("[\"a\" \"b\" {>= \"1\"}]")`: it is the value of the only
/// item of the file, whose name is empty.
[[nodiscard]] file parse_value(std::string text, parse_options options = {});

}  // namespace opamplan::syntax

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/syntax/impl/parser.ipp"
#endif
