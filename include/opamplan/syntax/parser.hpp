/// \file
/// From text to a syntax tree, with errors that say what, where and what was expected.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/base/error.hpp"
#include "opamplan/syntax/ast.hpp"

namespace opamplan::syntax {

struct parse_options {
  /// Trees higher than this are an error: nested values and sections, chains of operators. At most
  /// 2,000, because reading and writing trees takes stack: 1,000 levels fit in 200 kB.
  std::uint32_t max_depth = 1000;
  /// Longer texts are an error. At most 2 GiB.
  std::uint32_t max_bytes = 64U << 20U;
  /// In recovering mode, reading ends after so many errors.
  std::uint32_t max_errors = 100;
  /// Take NUL bytes and text that is not UTF-8 in strings and comments, as opam does.
  bool any_bytes = false;
};

/// One thing wrong with a text.
struct parse_diagnostic {
  std::string path;
  position where;
  syntax::span span;     ///< The bytes it is about.
  std::string message;   ///< "unexpected `]`"
  std::string expected;  ///< "a value"; empty if nothing better can be said.
  std::string
      source_line;    ///< A long one cut to what is near; bytes that cannot be shown replaced.
  std::string caret;  ///< What puts a `^` under the place when written below `source_line`.

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

/// The same without copying or keeping the text: the nodes replace those in `nodes`, whose memory
/// is reused. `file::borrow` makes a file of both.
void parse_nodes(std::string_view text, std::vector<node>& nodes, std::string_view path = "",
                 parse_options options = {});

/// What could be read, and everything wrong.
struct parse_result {
  file tree;
  std::vector<parse_diagnostic> errors;
};

/// Never throws for bad text: an item that does not parse is left out, and reading goes on at the
/// next line that looks like an item. There are errors exactly if `parse` throws.
[[nodiscard]] parse_result parse_recovering(std::string text, std::string path = "",
                                            parse_options options = {});

/// Parses one value, as in `parse_value("[\"a\" \"b\" {>= \"1\"}]")`: it is the value of the only
/// item of the file, whose name is empty.
[[nodiscard]] file parse_value(std::string text, parse_options options = {});

}  // namespace opamplan::syntax

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/syntax/impl/parser.ipp"
#endif
