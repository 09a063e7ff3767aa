/// \file
/// Words of a Dockerfile: quotes, escapes and variables as BuildKit reads them (its
/// frontend/dockerfile/shell), which is not always as a shell does.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "opamplan/base/text.hpp"

namespace opamplan::inspect_impl {

using dockerfile_variables = std::map<std::string, std::string, std::less<>>;

inline bool is_dockerfile_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

inline std::string_view trim_dockerfile_space(std::string_view text) {
  while (!text.empty() && is_dockerfile_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_dockerfile_space(text.back())) text.remove_suffix(1);
  return text;
}

/// What is left of quotes, escapes and variables without a value.
struct dockerfile_lexing {
  char escape = '\\';
  bool keep_quotes = false;
  bool keep_escapes = false;
  bool keep_unset = true;  // `$name` stays; else it is empty
};

/// Goes through a text once.
class dockerfile_lexer {
 public:
  dockerfile_lexer(std::string_view text, dockerfile_lexing how,
                   const dockerfile_variables& variables)
      : text_(text), how_(how), variables_(variables) {}

  /// Split at spaces that are not quoted; nothing if quotes or braces are not closed.
  std::optional<std::vector<std::string>> words() {
    try {
      read('\0', how_.keep_escapes);
    } catch (const not_closed&) {
      return std::nullopt;
    }
    if (!word_.empty()) words_.push_back(std::move(word_));
    return std::move(words_);
  }

  /// As one word; nothing if it cannot be known without carrying out patterns.
  std::optional<std::string> whole() {
    try {
      std::string text = read('\0', how_.keep_escapes);
      if (!pattern_) return text;
    } catch (const not_closed&) {
    }
    return std::nullopt;
  }

 private:
  struct not_closed {};
  static constexpr std::size_t deepest = 100;  // ${...} in each other, so that recursion is bounded

  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
  [[nodiscard]] char peek() const { return at_end() ? '\0' : text_[at_]; }
  char next() {
    if (at_end()) throw not_closed();
    return text_[at_++];
  }

  void add_raw(std::string_view text) {
    if (depth_ == 0) word_ += text;
  }
  void add(std::string_view text) {
    if (depth_ != 0) return;
    for (const char c : text) {
      if (!is_dockerfile_space(c)) {
        word_ += c;
      } else if (!word_.empty()) {
        words_.push_back(std::exchange(word_, {}));
      }
    }
  }

  /// Up to `stop` (NUL: the end), which is taken too.
  std::string read(char stop, bool keep_escapes) {
    std::string out;
    while (!at_end()) {
      const char c = peek();
      if (stop != '\0' && c == stop) {
        ++at_;
        return out;
      }
      if (c == '$') {
        const std::string value = dollar();
        out += value;
        add(value);
      } else if (c == '<' || c == '\'' || c == '"') {
        const std::string part = c == '<'   ? arrows()
                                 : c == '"' ? double_quoted(keep_escapes)
                                            : single_quoted();
        out += part;
        add_raw(part);
      } else if (c == how_.escape) {
        const std::string_view pair = text_.substr(at_, 2);
        at_ += pair.size();
        const std::string_view kept = keep_escapes ? pair : pair.substr(1);
        out += kept;
        add_raw(kept);
      } else {
        ++at_;
        out += c;
        add({&c, 1});
      }
    }
    if (stop != '\0') throw not_closed();
    return out;
  }

  std::string single_quoted() {
    const std::size_t end = text_.find('\'', at_ + 1);
    if (end == std::string_view::npos) throw not_closed();
    const std::string_view all = text_.substr(at_, end + 1 - at_);
    at_ = end + 1;
    return std::string(how_.keep_quotes ? all : all.substr(1, all.size() - 2));
  }

  std::string double_quoted(bool keep_escapes) {
    std::string out;
    if (how_.keep_quotes) out += '"';
    for (++at_;;) {
      if (peek() == '$' && !at_end()) {
        out += dollar();
        continue;
      }
      char c = next();
      if (c == '"') break;
      if (c == how_.escape) {
        if (keep_escapes) out += c;
        if (at_end()) continue;
        if (peek() == '"' || peek() == '$' || peek() == how_.escape) c = next();
      }
      out += c;
    }
    if (how_.keep_quotes) out += '"';
    return out;
  }

  /// `<<` and the spaces after it are one word with what follows.
  std::string arrows() {
    const std::size_t begin = at_++;
    if (peek() != '<') return "<";
    ++at_;
    while (peek() == ' ' || peek() == '\t') ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }

  std::string_view name() {
    const auto letter = [](char c) {
      return is_letter(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80;
    };
    const std::size_t begin = at_;
    if (at_end()) return {};
    if (is_digit(peek())) {
      while (is_digit(peek())) ++at_;
    } else if (std::string_view("@*#?-$!").find(peek()) != std::string_view::npos) {
      ++at_;
    } else {
      while (letter(peek()) || is_digit(peek())) ++at_;
    }
    return text_.substr(begin, at_ - begin);
  }

  /// What stands for a variable. `as_written` if it has no value and such stay.
  std::string value_or(std::string_view variable, std::string as_written) const {
    const auto it = variables_.find(variable);
    if (it != variables_.end()) return it->second;
    return how_.keep_unset ? std::move(as_written) : std::string();
  }

  /// A part of `${...}`. BuildKit forgets the word that it is in.
  std::string nested(char stop, bool keep_escapes) {
    if (depth_ == 0) word_.clear();
    if (depth_ == deepest) throw not_closed();
    ++depth_;
    std::string out = read(stop, keep_escapes);
    --depth_;
    return out;
  }

  std::string dollar() {
    ++at_;
    if (peek() != '{' || at_end()) {
      const std::string_view variable = name();
      return variable.empty() ? "$" : value_or(variable, "$" + std::string(variable));
    }
    ++at_;
    if (at_end() || peek() == '{' || peek() == '}' || peek() == ':') throw not_closed();
    const std::string variable(name());
    std::string operation(1, next());
    if (operation == "}") return value_or(variable, "${" + variable + "}");
    const bool colon = operation == ":";
    if (colon) operation += next();
    const char kind = operation.back();
    const bool cuts = kind == '#' || kind == '%';
    const bool known = kind == '+' || kind == '-' || kind == '?';
    const bool replaces = kind == '/' && !colon;
    if (colon ? cuts : !cuts && !known && !replaces) throw not_closed();
    if (replaces && peek() == '/') ++at_;
    std::string word = nested(replaces ? '/' : '}', cuts || replaces);
    if (replaces) word += '/' + nested('}', true);

    const auto it = variables_.find(variable);
    const bool set = it != variables_.end();
    if (!set && how_.keep_unset) return "${" + variable + operation + word + "}";
    if (colon && !known) throw not_closed();
    const bool counts = set && !(colon && it->second.empty());
    if (kind == '-') return counts ? it->second : word;
    if (kind == '+') return counts ? word : "";
    pattern_ = pattern_ || (set && (cuts || replaces));
    return set ? it->second : "";
  }

  std::string_view text_;
  dockerfile_lexing how_;
  const dockerfile_variables& variables_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;  // of ${...} in each other
  std::string word_;
  std::vector<std::string> words_;
  bool pattern_ = false;
};

}  // namespace opamplan::inspect_impl
