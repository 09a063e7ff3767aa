/// \file
/// Editing: where in the text a change goes. Every result is parsed again before it is given out.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/base/error.hpp"
#include "opamplan/base/text.hpp"
#include "opamplan/syntax/edit.hpp"
#include "opamplan/syntax/equal.hpp"
#include "opamplan/syntax/parser.hpp"
#include "opamplan/syntax/printer.hpp"

namespace opamplan::syntax {
namespace syntax_impl {

[[nodiscard]] inline std::string describe(const field_path& p) {
  if (p.section.empty()) return '`' + p.name + '`';
  return '`' + p.section + (p.label ? ' ' + quote(*p.label) : std::string()) + '.' + p.name + '`';
}

[[nodiscard]] inline bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// Could two such bytes side by side be one token?
[[nodiscard]] inline bool joins(char c) {
  return is_letter_or_digit(c) || c == '_' || c == '-' || c == '+' || c == ':' || c == '=';
}

/// A text with its line ends.
class source {
 public:
  explicit source(std::string_view text) : text_(text) {
    const std::size_t first = text.find('\n');
    if (first != text.npos && first > 0 && text[first - 1] == '\r') eol_ = "\r\n";
  }

  [[nodiscard]] const char* eol() const { return eol_; }

  [[nodiscard]] std::size_t line_begin(std::size_t at) const {
    const std::size_t line_break = at == 0 ? text_.npos : text_.rfind('\n', at - 1);
    return line_break == text_.npos ? 0 : line_break + 1;
  }

  // Only blanks between the line's begin and `at`.
  [[nodiscard]] bool begins_line(std::size_t at) const {
    for (std::size_t i = line_begin(at); i < at; ++i) {
      if (!is_blank(text_[i])) return false;
    }
    return true;
  }

  [[nodiscard]] std::string indentation(std::size_t at) const {
    const std::size_t begin = line_begin(at);
    return std::string(text_.substr(begin, at - begin));
  }

  // Behind the line end, if only blanks come before it, or with `comment` a comment; else npos.
  [[nodiscard]] std::size_t behind_line(std::size_t at, bool comment) const {
    while (at < text_.size() && is_blank(text_[at])) ++at;
    if (at == text_.size()) return at;
    if (text_[at] != '\n' && !(comment && text_[at] == '#')) return text_.npos;
    const std::size_t line_break = text_.find('\n', at);
    return line_break == text_.npos ? text_.size() : line_break + 1;
  }

  // With [begin, end) replaced; a blank keeps tokens apart.
  [[nodiscard]] std::string replace(std::size_t begin, std::size_t end, std::string by) const {
    const char before = begin > 0 ? text_[begin - 1] : ' ';
    const char after = end < text_.size() ? text_[end] : ' ';
    if (by.empty()) {
      if (joins(before) && joins(after)) by = " ";
    } else {
      if (joins(before) && joins(by.front())) by.insert(by.begin(), ' ');
      if (joins(by.back()) && joins(after)) by += ' ';
    }
    std::string out(text_.substr(0, begin));
    out += by;
    out += text_.substr(end);
    return out;
  }

  // With a whole line behind what ends at `at`.
  [[nodiscard]] std::string insert_line(std::size_t at, const std::string& line) const {
    const std::size_t behind = behind_line(at, true);
    if (behind == text_.npos) return replace(at, at, eol_ + line);
    const bool ended = behind == 0 || text_[behind - 1] == '\n';
    return replace(behind, behind, (ended ? "" : eol_) + line + eol_);
  }

 private:
  std::string_view text_;
  const char* eol_ = "\n";
};

[[nodiscard]] inline std::string checked_source(std::string_view text) {
  const file parsed = parse_value(std::string(text));
  return std::string((*parsed.items().begin()).value().source());
}

[[nodiscard]] inline std::optional<item> find_section(const file& f, const field_path& path) {
  for (const item i : f.items()) {
    if (!i.is_section() || i.name() != path.section) continue;
    const auto label = i.label();
    if (label.has_value() == path.label.has_value() &&
        (!label || label->as_string() == *path.label))
      return i;
  }
  return std::nullopt;
}

[[nodiscard]] inline std::vector<item> find_all(const file& f, const field_path& path) {
  std::vector<item> found;
  const auto look = [&](const sibling_range<item>& items) {
    for (const item i : items) {
      if (!i.is_section() && i.name() == path.name) found.push_back(i);
    }
  };
  if (path.section.empty()) {
    look(f.items());
  } else if (const auto section = find_section(f, path)) {
    look(section->items());
  }
  return found;
}

// The text, once it has been seen to hold that value.
[[nodiscard]] inline std::string checked(std::string text, const file& f, const field_path& path,
                                         std::string_view value_source) {
  const file edited = parse(text, f.path());
  const file expected = parse_value(std::string(value_source));
  const auto found = find(edited, path);
  if (!found || !equal(found->value(), (*expected.items().begin()).value())) {
    throw invalid_request(describe(path) + " cannot be given that value");
  }
  return text;
}

}  // namespace syntax_impl

OPAMPLAN_INLINE field_path::field_path(std::string_view path) {
  const std::size_t point = path.find('.');
  if (point != path.npos) section = path.substr(0, point);
  name = point == path.npos ? path : path.substr(point + 1);
}

OPAMPLAN_INLINE std::optional<item> find(const file& f, const field_path& path) {
  const auto found = syntax_impl::find_all(f, path);
  return found.empty() ? std::nullopt : std::optional<item>(found.front());
}

OPAMPLAN_INLINE std::string set_field(const file& f, const field_path& path,
                                      std::string_view source) {
  const auto found = find(f, path);
  if (!found) return add_field(f, path, source);
  const std::string value = syntax_impl::checked_source(source);
  const span old = found->value().span();
  return syntax_impl::checked(syntax_impl::source(f.text()).replace(old.begin, old.end, value), f,
                              path, value);
}

OPAMPLAN_INLINE std::string add_field(const file& f, const field_path& path,
                                      std::string_view source) {
  if (find(f, path)) {
    throw invalid_request(syntax_impl::describe(path) + " is there already");
  }
  const std::string value = syntax_impl::checked_source(source);
  const std::string field = path.name + ": " + value;
  const syntax_impl::source text(f.text());
  const std::size_t end = f.text().size();
  const auto finish = [&](std::string edited) {
    return syntax_impl::checked(std::move(edited), f, path, value);
  };

  if (path.section.empty()) {
    std::optional<item> last;
    for (const item i : f.items()) {
      if (!i.is_section()) last = i;
    }
    if (last) return finish(text.insert_line(last->span().end, field));
    if (f.items().empty()) return finish(text.insert_line(end, field));
    const std::size_t first = (*f.items().begin()).span().begin;
    return finish(text.replace(first, first, field + text.eol()));
  }
  const auto section = syntax_impl::find_section(f, path);
  if (!section) {
    std::string head = path.section + ' ' + (path.label ? quote(*path.label) + ' ' : "") + '{';
    return finish(text.insert_line(end, head + text.eol() + "  " + field + text.eol() + '}'));
  }
  std::optional<item> last;
  for (const item i : section->items()) last = i;
  if (last) {
    const std::size_t begin = last->span().begin;
    const std::string indent = text.begins_line(begin) ? text.indentation(begin) : "  ";
    return finish(text.insert_line(last->span().end, indent + field));
  }
  const std::size_t brace = section->span().end - 1;
  std::string line = text.begins_line(brace) ? "" : text.eol();
  line += "  " + field + text.eol();
  return finish(text.replace(brace, brace, std::move(line)));
}

OPAMPLAN_INLINE std::string append_element(const file& f, const field_path& path,
                                           std::string_view source) {
  const std::string element = syntax_impl::checked_source(source);
  const auto found = find(f, path);
  if (!found) return add_field(f, path, '[' + element + ']');
  const syntax_impl::source text(f.text());
  const value old = found->value();
  const span where = old.span();
  std::string expected = "[";
  std::string edited;
  if (old.kind() != value_kind::list) {
    expected += std::string(old.source()) + ' ' + element + ']';
    edited = text.replace(where.begin, where.end, expected);
  } else {
    std::optional<value> last;
    for (const value v : old.children()) {
      expected += std::string(v.source()) + ' ';
      last = v;
    }
    expected += element + ']';
    if (!last) {
      edited = text.replace(where.end - 1, where.end - 1, element);
    } else {
      const std::size_t begin = last->span().begin;
      const std::size_t end = last->span().end;
      const bool own_line = text.begins_line(begin) && text.behind_line(end, true) != f.text().npos;
      edited = own_line ? text.insert_line(end, text.indentation(begin) + element)
                        : text.replace(end, end, ' ' + element);
    }
  }
  // An element such as `= "1"` would join the one before it.
  const file list = parse_value(expected);
  std::optional<value> last;
  for (const value v : (*list.items().begin()).value().children()) last = v;
  const file alone = parse_value(element);
  if (!last || !equal(*last, (*alone.items().begin()).value())) {
    throw invalid_request(syntax_impl::describe(path) + " cannot take that element");
  }
  return syntax_impl::checked(std::move(edited), f, path, expected);
}

OPAMPLAN_INLINE std::string remove_field(const file& f, const field_path& path) {
  std::string result(f.text());
  const auto found = syntax_impl::find_all(f, path);
  for (auto i = found.rbegin(); i != found.rend(); ++i) {
    const syntax_impl::source text(result);
    const span where = i->span();
    const std::size_t behind = text.behind_line(where.end, false);
    if (behind != result.npos && text.begins_line(where.begin)) {
      result = text.replace(text.line_begin(where.begin), behind, "");
    } else {
      std::size_t end = where.end;
      while (end < result.size() && (result[end] == ' ' || result[end] == '\t')) ++end;
      result = text.replace(where.begin, end, "");
    }
  }
  const file edited = parse(result, f.path());
  if (find(edited, path)) throw invalid_request(syntax_impl::describe(path) + " cannot be removed");
  return result;
}

}  // namespace opamplan::syntax
