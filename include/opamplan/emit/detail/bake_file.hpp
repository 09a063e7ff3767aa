/// \file
/// As much of a docker-bake file as can be judged without carrying its expressions out.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "opamplan/base/json.hpp"

namespace opamplan::inspect_detail {

/// A string of the file; in HCL and JSON alike, `${...}` and `%{...}` in it are templates.
struct bake_string {
  std::string text;  ///< As it is written in HCL, but for escapes of quotes and backslashes.
  std::size_t line = 0;
};

/// `target "a" {...}`, `group "g" {...}`, `variable "V" {...}`.
struct bake_block {
  std::string type;
  std::string name;
  std::size_t line = 0;
  std::vector<std::pair<std::string, bake_string>> strings;  ///< By attribute, as they come.
  bool binds = false;  ///< It has names of its own: those of a matrix, a `for` or a function.
};

/// Blocks and their strings, of HCL. Never fails: what it does not understand it passes over.
class hcl_reader {
 public:
  explicit hcl_reader(std::string_view text) : text_(text) {}

  /// In a word, and in the name of a target.
  static bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  }

  std::vector<bake_block> read() {
    while (at_ < text_.size()) token();
    return std::move(blocks_);
  }

 private:
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  void step() {
    if (peek() == '\n') ++line_;
    ++at_;
  }
  void skip_to(std::string_view end) {
    const std::size_t found = text_.find(end, at_);
    const std::size_t stop = found == std::string_view::npos ? text_.size() : found + end.size();
    while (at_ < stop) step();
  }
  void token() {
    const char c = peek();
    if (c == '#' || (c == '/' && peek(1) == '/')) return skip_to("\n");
    if (c == '/' && peek(1) == '*') return skip_to("*/");
    if (c == '"') return string();
    if (c == '<' && peek(1) == '<') return heredoc();
    if (is_name_character(c)) {
      const std::size_t begin = at_;
      while (is_name_character(peek())) ++at_;
      word_ = text_.substr(begin, at_ - begin);
      if (depth_ == 0) {
        head_.push_back({std::string(word_), line_});
      } else if (word_ == "for" || word_ == "matrix") {
        blocks_.back().binds = true;
      }
      return;
    }
    if (c == '{' || c == '[' || c == '(') open();
    if (c == '}' || c == ']' || c == ')') depth_ -= depth_ > 0 ? 1 : 0;
    // `=`, but neither `==` nor `=>`, after a word directly in the block.
    if (c == '=' && depth_ == 1 && peek(1) != '=' && peek(1) != '>') attribute_ = word_;
    if (c == '=' && head_.size() == 1) {  // a variable, in short
      blocks_.push_back({"variable", head_[0].text, line_, {}});
      attribute_ = {};
      skip_to("\n");
      return head_.clear();
    }
    if (c == '\n' && depth_ == 0) head_.clear();
    step();
  }

  void open() {
    if (depth_ == 0) {
      bake_block block;
      if (!head_.empty()) block = {head_[0].text, "", head_[0].line, {}};
      block.binds = block.type == "function";
      if (head_.size() > 1) block.name = head_[1].text;
      blocks_.push_back(std::move(block));
      head_.clear();
      attribute_ = {};
    }
    ++depth_;
  }

  void add(bake_string string) {
    if (depth_ == 0) {
      head_.push_back(std::move(string));
    } else {
      blocks_.back().strings.emplace_back(std::string(attribute_), std::move(string));
    }
  }

  /// Quotes in a template do not end the string around it.
  void string() {
    bake_string out{{}, line_};
    std::size_t templates = 0;
    bool quoted = false;  // in a template
    for (step(); at_ < text_.size(); step()) {
      const char c = peek();
      if (c == '\\' && at_ + 1 < text_.size()) {
        step();
        if (peek() != '"' && peek() != '\\') out.text += c;
      } else if (templates == 0 && (c == '$' || c == '%') && peek(1) == c && peek(2) == '{') {
        out.text += {c, c};
        step();
        step();
      } else if (c == '\n' || (templates == 0 && c == '"')) {
        break;  // no string goes over lines
      } else if (templates > 0 && c == '"') {
        quoted = !quoted;
      } else if ((c == '$' || c == '%') && peek(1) == '{') {
        ++templates;
        quoted = false;
        out.text += c;
        step();
      } else if (templates > 0 && !quoted && c == '}') {
        --templates;
      }
      out.text += peek();
    }
    if (peek() == '"') step();
    add(std::move(out));
  }

  void heredoc() {
    const std::size_t end_of_line = std::min(text_.find('\n', at_), text_.size());
    std::string_view name = text_.substr(at_ + 2, end_of_line - at_ - 2);
    while (!name.empty() && !is_name_character(name.front())) name.remove_prefix(1);
    while (!name.empty() && !is_name_character(name.back())) name.remove_suffix(1);
    bake_string out{{}, line_};
    while (at_ < end_of_line) step();
    while (at_ < text_.size()) {
      step();
      const std::size_t end = std::min(text_.find('\n', at_), text_.size());
      std::string_view line = text_.substr(at_, end - at_);
      while (at_ < end) step();
      const std::size_t begin = std::min(line.find_first_not_of(" \t"), line.size());
      if (!name.empty() && line.substr(begin) == name) break;
      out.text += std::string(line) + '\n';
    }
    add(std::move(out));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t depth_ = 0;  // of { [ ( that are open
  std::string_view word_;
  std::string_view attribute_;
  std::vector<bake_string> head_;  // the words of a block before its {
  std::vector<bake_block> blocks_;
};

/// The same of JSON. Throws `json_error`.
inline std::vector<bake_block> read_bake_json(std::string_view text) {
  const json_document document = json_document::parse(text);
  std::vector<bake_block> blocks;
  std::size_t line = 1;
  std::size_t counted = 0;
  const auto line_of = [&](const json_value v) {
    for (; counted < v.offset(); ++counted) line += text[counted] == '\n' ? 1 : 0;
    return line;
  };
  for (const json_value kind : document.root()) {
    if (kind.size() == 0) blocks.push_back({"variable", std::string(kind.name()), 0, {}});
    for (const json_value block : kind) {
      bake_block out{std::string(kind.name()), std::string(block.name()), line_of(block), {}};
      out.binds = block.find("matrix").has_value() || kind.name() == "function";
      const auto add = [&](std::string_view attribute, const json_value v) {
        if (v.kind() != json_kind::string) return;
        out.strings.emplace_back(attribute, bake_string{std::string(v.text()), line_of(v)});
      };
      for (const json_value attribute : block) {
        add(attribute.name(), attribute);
        for (const json_value v : attribute) add(attribute.name(), v);
      }
      blocks.push_back(std::move(out));
    }
  }
  return blocks;
}

}  // namespace opamplan::inspect_detail
