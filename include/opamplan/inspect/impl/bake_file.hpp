/// \file
/// As much of a docker-bake file as can be judged without carrying its expressions out.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "opamplan/base/json.hpp"
#include "opamplan/base/text.hpp"

namespace opamplan::inspect_impl {

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
                       ///< Members of such a group are not known.
};

/// Why a file, or a part of it, is no bake file.
struct bake_problem {
  std::size_t line = 0;
  std::string text;
};

struct bake_text {
  std::vector<bake_block> blocks;
  std::vector<bake_problem> problems;
};

/// Blocks and their strings, of HCL. Never fails: expressions are passed over, and what is neither
/// a block nor an attribute is a problem.
class hcl_reader {
 public:
  explicit hcl_reader(std::string_view text) : text_(text) {}

  /// In a word, and in the name of a target.
  static bool is_name_character(char c) { return is_letter_or_digit(c) || c == '_' || c == '-'; }

  bake_text read() {
    while (at_ < text_.size()) token();
    end_line();
    if (depth_ > 0) find(opened_, "what opens here is not closed");
    return std::move(out_);
  }

 private:
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  void step() {
    if (peek() == '\n') ++line_;
    ++at_;
  }
  void find(std::size_t line, std::string text) {
    out_.problems.push_back({line, std::move(text)});
  }
  /// Outside of blocks: words that nothing followed.
  void end_line() {
    if (depth_ > 0 || head_.empty()) return;
    find(head_[0].line, fmt::format("\"{}\" begins no block and no attribute", head_[0].text));
    head_.clear();
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
        out_.blocks.back().binds = true;
      }
      return;
    }
    const auto byte = static_cast<unsigned char>(c);
    if (byte == 0x7f || (byte < 0x20 && c != '\n' && c != '\r' && c != '\t')) {
      find(line_, fmt::format("the byte {:#04x} is in no text", byte));
      at_ = text_.size();
      return;
    }
    if (c == '{' || c == '[' || c == '(') open();
    if (c == '}' || c == ']' || c == ')') {
      if (depth_ == 0) find(line_, fmt::format("\"{}\" closes nothing", c));
      depth_ -= depth_ > 0 ? 1 : 0;
    }
    // `=`, but neither `==` nor `=>`, after a word directly in the block.
    if (c == '=' && depth_ == 1 && peek(1) != '=' && peek(1) != '>') attribute_ = word_;
    if (c == '=' && head_.size() == 1) {  // a variable, in short
      out_.blocks.push_back({"attribute", head_[0].text, line_, {}});
      attribute_ = {};
      return value();
    }
    if (c == '\n') end_line();
    step();
  }

  /// Of an attribute outside of blocks: to the end of the line, or of what it opens.
  void value() {
    std::size_t open = 0;
    for (step(); at_ < text_.size() && (open > 0 || peek() != '\n');) {
      const char c = peek();
      if (c == '"') {
        string();
      } else if (c == '<' && peek(1) == '<') {
        heredoc();
      } else if (c == '#' || (c == '/' && peek(1) == '/')) {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else {
        if (c == '{' || c == '[' || c == '(') ++open;
        if (c == '}' || c == ']' || c == ')') open -= open > 0 ? 1 : 0;
        step();
      }
    }
    if (open > 0) find(head_[0].line, "what opens here is not closed");
    head_.clear();
  }

  void open() {
    if (depth_ == 0) {
      opened_ = line_;
      if (head_.empty()) find(line_, fmt::format("\"{}\" opens no block", peek()));
      bake_block block{"", "", line_, {}};
      if (!head_.empty()) block = {head_[0].text, "", head_[0].line, {}};
      block.binds = block.type == "function";
      if (head_.size() > 1) block.name = head_[1].text;
      out_.blocks.push_back(std::move(block));
      head_.clear();
      attribute_ = {};
    }
    ++depth_;
  }

  void add(bake_string string) {
    if (depth_ == 0) {
      head_.push_back(std::move(string));
    } else {
      out_.blocks.back().strings.emplace_back(std::string(attribute_), std::move(string));
    }
  }

  /// Quotes in a template do not end the string around it; strings in it have templates too.
  void string() {
    bake_string out{{}, line_};
    std::string inside = "\"";  // the quotes and braces that are open, the innermost last
    for (step(); at_ < text_.size(); step()) {
      const char c = peek();
      const bool quoted = inside.back() == '"';
      if (c == '\n') break;  // no string goes over lines
      if (c == '\\' && at_ + 1 < text_.size()) {
        step();
        if (peek() != '"' && peek() != '\\') out.text += c;
      } else if (quoted && (c == '$' || c == '%') && peek(1) == c && peek(2) == '{') {
        out.text += {c, c};
        step();
        step();
      } else if (quoted && (c == '$' || c == '%') && peek(1) == '{') {
        inside += '{';
        out.text += c;
        step();
      } else if (c == '"' && quoted) {
        inside.pop_back();
        if (inside.empty()) break;
      } else if (c == '"' || (c == '{' && !quoted)) {
        inside += c;
      } else if (c == '}' && !quoted) {
        inside.pop_back();
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
  std::size_t depth_ = 0;   // of { [ ( that are open
  std::size_t opened_ = 0;  // the line of the outermost
  std::string_view word_;
  std::string_view attribute_;
  std::vector<bake_string> head_;  // the words of a block before its {
  bake_text out_;
};

/// What a bake file has blocks of.
inline bool is_block_type(std::string_view type) {
  return type == "target" || type == "group" || type == "variable" || type == "function";
}

/// Attributes of targets that are lists of strings, and nothing else.
inline bool is_list_attribute(std::string_view name) {
  return name == "tags" || name == "platforms" || name == "inherits" || name == "no-cache-filter";
}

/// The same of JSON. Throws `json_error`.
inline bake_text read_bake_json(std::string_view text) {
  const json_document document = json_document::parse(text);
  bake_text all;
  std::size_t line = 1;
  std::size_t counted = 0;
  const auto line_of = [&](const json_value v) {
    for (; counted < v.offset(); ++counted) line += text[counted] == '\n' ? 1 : 0;
    return line;
  };
  const auto refuse = [&](const json_value v, std::string what) {
    all.problems.push_back({line_of(v), std::move(what)});
  };
  if (document.root().kind() != json_kind::object) {
    refuse(document.root(), "a bake file is an object: {\"target\": {...}}");
    return all;
  }
  for (const json_value kind : document.root()) {
    if (!is_block_type(kind.name())) {
      all.blocks.push_back({"attribute", std::string(kind.name()), line_of(kind), {}});
      continue;
    }
    const auto take = [&](const json_value block) {
      if (block.kind() != json_kind::object && block.kind() != json_kind::array) {
        return refuse(block, fmt::format("the {} \"{}\" is an object", kind.name(), block.name()));
      }
      bake_block out{std::string(kind.name()), std::string(block.name()), line_of(block), {}};
      out.binds = block.find("matrix").has_value() || kind.name() == "function";
      const auto add = [&](std::string_view attribute, const json_value v) {
        if (v.kind() != json_kind::string) return;
        out.strings.emplace_back(attribute, bake_string{std::string(v.text()), line_of(v)});
      };
      for (const json_value attribute : block) {
        const bool members = kind.name() == "group" && attribute.name() == "targets";
        // A text may stand for a list: "${var}".
        const bool expression = attribute.kind() == json_kind::string &&
                                attribute.text().find("${") != std::string_view::npos;
        if (members && expression) out.binds = true;
        if (members && !expression && attribute.kind() != json_kind::array) {
          refuse(attribute, fmt::format("the targets of group \"{}\" are a list", block.name()));
        }
        const bool list = kind.name() == "target" && is_list_attribute(attribute.name());
        const bool other = attribute.kind() != json_kind::array &&
                           attribute.kind() != json_kind::null && !expression;
        if (list && other) {
          refuse(attribute, fmt::format("{} of target \"{}\" is a list of strings",
                                        attribute.name(), block.name()));
        }
        add(attribute.name(), attribute);
        for (const json_value v : attribute) add(attribute.name(), v);
      }
      all.blocks.push_back(std::move(out));
    };
    const auto take_all = [&](const json_value blocks) {
      if (blocks.kind() != json_kind::object) {
        return refuse(blocks, fmt::format("\"{}\" is an object: {{\"NAME\": {{}}}}", kind.name()));
      }
      for (const json_value block : blocks) take(block);
    };
    if (kind.kind() == json_kind::array) {  // as HCL's JSON has several of a kind
      for (const json_value blocks : kind) take_all(blocks);
    } else {
      take_all(kind);
    }
  }
  return all;
}

}  // namespace opamplan::inspect_impl
