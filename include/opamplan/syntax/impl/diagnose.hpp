/// \file
/// From a place in a text to a diagnostic for people: line, column, the line shown, a caret.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "opamplan/base/text.hpp"
#include "opamplan/syntax/impl/parser.hpp"
#include "opamplan/syntax/parser.hpp"

namespace opamplan::syntax::syntax_impl {

/// Diagnoses failures of one text; linear in the text as long as they come in its order.
class diagnoser {
 public:
  diagnoser(std::string_view text, std::string_view path) : text_(text), path_(path) {}

  [[nodiscard]] parse_diagnostic operator()(failure f) {
    parse_diagnostic d;
    d.path = path_;
    d.span = f.where;
    d.message = printable(f.message, "\t");
    d.expected = std::move(f.expected);
    const std::size_t at = std::min<std::size_t>(f.where.begin, text_.size());
    if (at < line_begin_) {
      line_ = 1;
      line_begin_ = 0;
    }
    for (std::size_t next = text_.find('\n', line_begin_); next < at;
         next = text_.find('\n', line_begin_)) {
      ++line_;
      line_begin_ = next + 1;
    }
    d.where = {line_, static_cast<std::uint32_t>(at - line_begin_ + 1)};
    show_line(d, at);
    return d;
  }

 private:
  static constexpr std::size_t before = 72;  // bytes shown to the left
  static constexpr std::size_t width = 100;

  [[nodiscard]] bool continues_character(std::size_t i) const {
    return i < text_.size() && (static_cast<unsigned char>(text_[i]) & 0xc0U) == 0x80U;
  }

  void show_line(parse_diagnostic& d, std::size_t at) const {
    std::size_t begin = at - line_begin_ > before ? at - before : line_begin_;
    for (int i = 0; i < 3 && begin < at && continues_character(begin); ++i) ++begin;
    std::string_view line = text_.substr(begin, width);
    line = line.substr(0, line.find('\n'));
    for (int i = 0; i < 3 && continues_character(begin + line.size()) && line.size() > at - begin;
         ++i) {
      line.remove_suffix(1);
    }
    if (!line.empty() && line.back() == '\r' && at - begin < line.size()) line.remove_suffix(1);
    d.source_line = printable(line, "\t");
    // A blank for each character and a tab for each tab, so that the caret stands right.
    for (const char c : printable(text_.substr(begin, at - begin), "\t")) {
      if ((static_cast<unsigned char>(c) & 0xc0U) != 0x80U) d.caret += c == '\t' ? '\t' : ' ';
    }
    d.caret += '^';
  }

  std::string_view text_;
  std::string_view path_;
  std::uint32_t line_ = 1;
  std::size_t line_begin_ = 0;
};

}  // namespace opamplan::syntax::syntax_impl
