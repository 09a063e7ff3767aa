/// \file
/// Reading JSON: one loop over the text, with the containers that are open on a stack.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

#include "opamplan/base/config.hpp"
#include "opamplan/base/json.hpp"
#include "opamplan/base/text.hpp"

namespace opamplan {

OPAMPLAN_INLINE json_error::json_error(std::size_t line, std::size_t column, std::string message)
    : error("line " + std::to_string(line) + ", column " + std::to_string(column) + ": " + message),
      line_(line),
      column_(column),
      message_(std::move(message)) {}

namespace base_impl {

/// Fills a document.
class json_reader {
 public:
  explicit json_reader(json_document& out) : text_(out.source_), out_(out) {}

  void read() {
    for (skip_space();;) {
      value();
      while (!open_.empty() && closes()) close();
      if (open_.empty()) break;
      if (!take(',')) fail(is_object() ? "a comma or } is expected" : "a comma or ] is expected");
      skip_space();
      if (is_object()) name();
    }
    if (at_ < text_.size()) fail("nothing is expected after the value");
  }

 private:
  [[noreturn]] void fail(const char* what) const {
    const std::string_view before = text_.substr(0, at_);
    const auto line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
    const std::size_t begin = before.rfind('\n') + 1;  // 0 after npos
    throw json_error(line + 1, at_ - begin + 1,
                     at_ < text_.size() ? what : std::string("the text ends here; ") + what);
  }

  [[nodiscard]] bool next_is(char c) const { return at_ < text_.size() && text_[at_] == c; }
  bool take(char c) {
    if (!next_is(c)) return false;
    ++at_;
    return true;
  }
  void skip_space() {
    const auto is_space = [](char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; };
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }

  [[nodiscard]] bool is_object() const {
    return out_.nodes_[open_.back()].kind == json_kind::object;
  }
  /// What has been read so far is followed by the end of the innermost container.
  bool closes() {
    skip_space();
    return take(is_object() ? '}' : ']');
  }
  void close() {
    out_.nodes_[open_.back()].end = static_cast<std::uint32_t>(out_.nodes_.size());
    open_.pop_back();
    skip_space();
  }

  void add(json_kind kind) {
    if (!open_.empty()) ++out_.nodes_[open_.back()].size;
    const auto end = static_cast<std::uint32_t>(out_.nodes_.size() + 1);
    if (end == 0) fail("the text holds too many values");
    out_.nodes_.push_back({std::exchange(name_, {}), {}, at_, end, 0, kind});
  }

  /// One scalar or empty container, and the containers that begin before it.
  void value() {
    while (next_is('{') || next_is('[')) {
      if (open_.size() == json_depth) fail("arrays and objects are nested too deeply");
      add(next_is('{') ? json_kind::object : json_kind::array);
      ++at_;
      open_.push_back(static_cast<std::uint32_t>(out_.nodes_.size() - 1));
      if (closes()) return close();
      if (is_object()) name();
    }
    scalar();
    skip_space();
  }

  void name() {
    if (!next_is('"')) fail("a name in quotes is expected");
    name_ = string();
    skip_space();
    if (!take(':')) fail("a colon is expected");
    skip_space();
  }

  void scalar() {
    if (next_is('"')) {
      add(json_kind::string);
      out_.nodes_.back().text = string();
    } else if (next_is('-') || (at_ < text_.size() && is_digit(text_[at_]))) {
      add(json_kind::number);
      const std::size_t begin = at_;
      number();
      out_.nodes_.back().text = text_.substr(begin, at_ - begin);
    } else {
      word();
    }
  }

  void word() {
    for (const auto& [word, kind] :
         {std::pair<std::string_view, json_kind>{"true", json_kind::boolean},
          {"false", json_kind::boolean},
          {"null", json_kind::null}}) {
      if (text_.substr(at_, word.size()) != word) continue;
      add(kind);
      out_.nodes_.back().text = word;
      at_ += word.size();
      return;
    }
    fail("a value is expected");
  }

  void digits() {
    if (at_ >= text_.size() || !is_digit(text_[at_])) fail("a digit is expected");
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
  }
  void number() {
    take('-');
    if (!take('0')) digits();
    if (take('.')) digits();
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      digits();
    }
  }

  /// The text of a string; a copy only if it holds escapes.
  std::string_view string() {
    const std::size_t begin = ++at_;
    std::string* copy = nullptr;
    for (std::size_t kept = begin;;) {
      skip_plain();
      if (at_ >= text_.size()) fail("a quote is expected");
      const std::string_view plain = text_.substr(kept, at_ - kept);
      if (text_[at_] == '"') {
        ++at_;
        if (copy == nullptr) return plain;
        return copy->append(plain);
      }
      if (text_[at_] != '\\') fail("a control character in a string must be escaped");
      if (copy == nullptr) copy = &out_.unescaped_.emplace_back();
      copy->append(plain);
      ++at_;
      escape(*copy);
      kept = at_;
    }
  }

  /// Eight bytes at once, by Mycroft's test for a zero byte (Warren, Hacker's Delight, 6-1).
  static bool are_plain(const char* eight) noexcept {
    constexpr std::uint64_t ones = 0x0101010101010101U;
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, eight, sizeof bytes);
    const std::uint64_t quotes = bytes ^ (ones * '"');
    const std::uint64_t slashes = bytes ^ (ones * '\\');
    const std::uint64_t others = ((bytes - ones * 0x20) & ~bytes) | ((quotes - ones) & ~quotes) |
                                 ((slashes - ones) & ~slashes);
    return (others & (ones * 0x80)) == 0;
  }

  /// To what ends a string, an escape, or what must not be in one.
  void skip_plain() {
    static constexpr std::array<bool, 256> plain = [] {
      std::array<bool, 256> all{};
      for (std::size_t c = 0x20; c < all.size(); ++c) all[c] = c != '"' && c != '\\';
      return all;
    }();
    const char* const end = text_.data() + text_.size();
    const char* p = text_.data() + at_;
    while (end - p >= 8 && are_plain(p)) p += 8;
    while (p != end && plain[static_cast<unsigned char>(*p)]) ++p;
    at_ = static_cast<std::size_t>(p - text_.data());
  }

  void escape(std::string& out) {
    static constexpr std::array<char, 256> meanings = [] {
      std::array<char, 256> all{};
      constexpr std::string_view letters = "\"\\/bfnrt";
      constexpr std::string_view meant = "\"\\/\b\f\n\r\t";
      for (std::size_t i = 0; i < letters.size(); ++i) {
        all[static_cast<unsigned char>(letters[i])] = meant[i];
      }
      return all;
    }();
    if (take('u')) return append_utf8(code_point(), out);
    const char meaning = at_ < text_.size() ? meanings[static_cast<unsigned char>(text_[at_])] : 0;
    if (meaning == 0) fail("this is no escape of JSON");
    ++at_;
    out += meaning;
  }

  std::uint32_t hex4() {
    std::uint32_t code = 0;
    for (int i = 0; i < 4; ++i) {
      constexpr std::string_view digits = "0123456789abcdefABCDEF";
      const std::size_t digit = at_ < text_.size() ? digits.find(text_[at_]) : digits.npos;
      if (digit == digits.npos) fail("four hexadecimal digits are expected");
      code = code * 16 + static_cast<std::uint32_t>(digit < 16 ? digit : digit - 6);
      ++at_;
    }
    return code;
  }

  /// After `\u`. A byte that is not UTF-8 is written as a lone low surrogate.
  std::uint32_t code_point() {
    const std::uint32_t high = hex4();
    if (high < 0xd800 || high > 0xdfff || (high >= 0xdc80 && high <= 0xdcff)) return high;
    if (high < 0xdc00 && take('\\') && take('u')) {
      const std::uint32_t low = hex4();
      if (low >= 0xdc00 && low <= 0xdfff) return 0x10000 + ((high - 0xd800) << 10U) + low - 0xdc00;
    }
    fail("half of a surrogate pair is missing");
  }

  static void append_utf8(std::uint32_t code, std::string& out) {
    const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
    if (code >= 0xdc80 && code <= 0xdcff) return put(code - 0xdc00);
    if (code < 0x80) return put(code);
    if (code < 0x800) {
      put(0xc0U | (code >> 6U));
    } else {
      if (code < 0x10000) {
        put(0xe0U | (code >> 12U));
      } else {
        put(0xf0U | (code >> 18U));
        put(0x80U | ((code >> 12U) & 0x3fU));
      }
      put(0x80U | ((code >> 6U) & 0x3fU));
    }
    put(0x80U | (code & 0x3fU));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  json_document& out_;
  std::vector<std::uint32_t> open_;  // containers, the outermost first
  std::string_view name_;            // of the value that comes next
};

inline void append_unicode(unsigned code, std::string& out) {
  constexpr const char* digits = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += digits[(code >> shift) & 0xfU];
}

}  // namespace base_impl

OPAMPLAN_INLINE void append_json_string(std::string_view text, std::string& out) {
  const char* const end = text.data() + text.size();
  const char* p = text.data();
  const char* plain = p;  // begins what has not been written yet
  out += '"';
  while (p != end) {
    const auto c = static_cast<unsigned char>(*p);
    const bool ordinary = c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
    const std::size_t length = ordinary ? 1 : c < 0x80 ? 0 : utf8_length(p, end);
    if (length > 0) {
      p += length;
      continue;
    }
    out.append(plain, p);
    plain = ++p;
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\r':
        out += "\\r";
        break;
      default:
        base_impl::append_unicode(c < 0x80 ? c : 0xdc00U + c, out);
    }
  }
  out.append(plain, end);
  out += '"';
}

OPAMPLAN_INLINE std::string json_string(std::string_view text) {
  std::string out;
  append_json_string(text, out);
  return out;
}

OPAMPLAN_INLINE json_document json_document::parse(std::string_view text) {
  json_document out;
  out.source_ = text;
  base_impl::json_reader(out).read();
  return out;
}

OPAMPLAN_INLINE json_value json_document::root() const { return {*this, 0}; }

OPAMPLAN_INLINE std::optional<json_value> json_value::find(std::string_view name) const noexcept {
  if (kind() != json_kind::object) return std::nullopt;
  for (const json_value child : *this) {
    if (child.name() == name) return child;
  }
  return std::nullopt;
}

}  // namespace opamplan
