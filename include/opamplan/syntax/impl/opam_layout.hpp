/// \file
/// The layouts of opam's own tools: OpamPrinter.opamfile and OpamPrinter.Normalise.opamfile.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "opamplan/base/text.hpp"
#include "opamplan/syntax/ast.hpp"
#include "opamplan/syntax/impl/boxes.hpp"
#include "opamplan/syntax/impl/format_version.hpp"

namespace opamplan::syntax::syntax_impl {

inline void append_decimal_escape(char c, std::string& out) {
  const auto code = static_cast<unsigned char>(c);
  out += '\\';
  out += static_cast<char>('0' + code / 100);
  out += static_cast<char>('0' + code / 10 % 10);
  out += static_cast<char>('0' + code % 10);
}

/// Appends the character at `i`, escaped where it would not be read back as it is: NUL, bytes that
/// are not UTF-8, a carriage return before a line end. (opam writes them as they are.)
inline void append_readable(std::string_view text, std::size_t& i, std::string& out) {
  const char c = text[i];
  const std::size_t length = utf8_length(text.data() + i, text.data() + text.size());
  if (length == 0 || c == '\0') {
    append_decimal_escape(c, out);
  } else if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') {
    out += "\\r";
  } else {
    out.append(text.substr(i, length));
    i += length - 1;
  }
}

/// Would opam leave the field out? It does so with `[]` and `[[]]`.
[[nodiscard]] inline bool is_blank(const value& v) {
  if (v.kind() != value_kind::list) return false;
  const auto elements = v.children();
  if (elements.empty()) return true;
  return elements.size() == 1 && (*elements.begin()).kind() == value_kind::list &&
         (*elements.begin()).children().empty();
}

/// `!` before `= x` would be read as `!=`.
[[nodiscard]] inline bool needs_space(const value& prefix) {
  return prefix.oper() == op::negate && prefix.right().kind() == value_kind::prefix_relation &&
         prefix.right().oper() == op::eq;
}

/// OpamPrinter.opamfile.
class opam_printer {
 public:
  explicit opam_printer(std::string& out) : boxes_(out) {}

  void print(const file& f) {
    print(f.items());
    boxes_.finish();
  }

 private:
  [[nodiscard]] static std::string literal(std::string_view text, bool triple) {
    std::string out = triple ? "\"\"\"" : "\"";
    if (triple && text.front() != '\n') {
      out += "\\\n";
      // Blanks behind a continued line are skipped by the reader.
      if (text.front() == ' ') out += '\\';
      if (text.front() == '\t') {
        out += "\\t";
        text.remove_prefix(1);
      }
    }
    for (std::size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      const bool last = i + 1 == text.size();
      if (c == '\\' || (c == '"' && (!triple || last || text.substr(i + 1, 2) == "\"\""))) {
        out += '\\';
      }
      append_readable(text, i, out);
    }
    return out += triple ? "\"\"\"" : "\"";
  }

  void print(const value& v) {
    switch (v.kind()) {
      case value_kind::boolean:
      case value_kind::identifier:
        boxes_.text(std::string(v.source()));
        break;
      case value_kind::integer:
        boxes_.text(std::to_string(v.as_int()));
        break;
      case value_kind::string: {
        const std::string_view text = v.as_string_view(scratch_);
        boxes_.text(literal(text, text.find('\n') != text.npos));
        break;
      }
      case value_kind::list:
        boxes_.open(box::all, 0);
        print_bracketed(v, box::all);
        boxes_.close();
        break;
      case value_kind::group:
        boxes_.open(box::all, 0);
        boxes_.text("(");
        print_all(v.children());
        boxes_.text(")");
        boxes_.close();
        break;
      case value_kind::option:
        boxes_.open(box::packed, 2);
        print(v.subject());
        boxes_.space(1, 0);
        boxes_.text("{");
        boxes_.open(box::all, 0);
        print_all(v.children());
        boxes_.close();
        boxes_.text("}");
        boxes_.close();
        break;
      case value_kind::relation:
      case value_kind::logical:
      case value_kind::env_update:
        boxes_.open(v.kind() == value_kind::logical ? box::all : box::horizontal, 0);
        print(v.left());
        boxes_.text(' ' + std::string(to_string(v.oper())));
        boxes_.space(1, 0);
        print(v.right());
        boxes_.close();
        break;
      case value_kind::prefix_relation:
        boxes_.open(box::horizontal, 0);
        boxes_.text(std::string(to_string(v.oper())));
        boxes_.space(1, 0);
        print(v.right());
        boxes_.close();
        break;
      case value_kind::prefix:
        boxes_.open(box::horizontal, 0);
        boxes_.text(std::string(to_string(v.oper())) + (needs_space(v) ? " " : ""));
        print(v.right());
        boxes_.close();
        break;
    }
  }

  void print_all(const sibling_range<value>& values) {
    bool first = true;
    for (const value v : values) {
      if (!first) boxes_.space(1, 0);
      first = false;
      print(v);
    }
  }

  void print_bracketed(const value& list, box inner) {
    boxes_.text("[");
    boxes_.space(0, 2);
    boxes_.open(inner, 0);
    print_all(list.children());
    boxes_.close();
    boxes_.space(0, 0);
    boxes_.text("]");
  }

  void print(const item& i) {
    if (i.is_section()) return print_section(i);
    const value v = i.value();
    if (is_blank(v)) return;
    const std::string name(i.name());
    if (v.kind() == value_kind::list) {
      const auto elements = v.children();
      const bool vertical = std::any_of(elements.begin(), elements.end(), [](const value& e) {
        return e.kind() == value_kind::list ||
               (e.kind() == value_kind::option && !e.children().empty());
      });
      boxes_.open(vertical ? box::vertical : box::all, 0);
      boxes_.text(name + ": ");
      print_bracketed(v, vertical ? box::vertical : box::all);
      boxes_.close();
    } else if (v.kind() == value_kind::string &&
               v.as_string_view(scratch_).find('\n') != std::string_view::npos) {
      boxes_.open(box::packed, 0);
      boxes_.text(name + ": ");
      print(v);
      boxes_.close();
    } else {
      boxes_.open(box::packed, 2);
      boxes_.text(name + ':');
      boxes_.space(1, 0);
      print(v);
      boxes_.close();
    }
  }

  void print_section(const item& section) {
    boxes_.open(box::vertical, 0);
    std::string head = std::string(section.name()) + ' ';
    if (const auto label = section.label()) {
      head += literal(label->as_string_view(scratch_), false) + ' ';
    }
    boxes_.text(head + '{');
    boxes_.space(0, 2);
    boxes_.open(box::vertical, 0);
    print(section.items());
    boxes_.close();
    boxes_.space(0, 0);
    boxes_.text("}");
    boxes_.close();
  }

  void print(const sibling_range<item>& items) {
    boxes_.open(box::vertical, 0);
    bool first = true;
    for (const item i : items) {
      if (!first) boxes_.space(0, 0);
      first = false;
      print(i);
    }
    boxes_.close();
  }

  box_printer boxes_;
  std::string scratch_;
};

/// OpamPrinter.Normalise.opamfile: items sorted by name, fields before sections.
class opam_normaliser {
 public:
  explicit opam_normaliser(std::string& out) : out_(out) {}

  void print(const file& f) {
    std::vector<item> items;
    for (const item i : f.items()) items.push_back(i);
    std::stable_sort(items.begin(), items.end(), before);
    print_lines(items);
    out_ += '\n';
  }

 private:
  [[nodiscard]] static bool is_strict_version(const item& i) {
    if (i.is_section() || i.name() != "opam-version") return false;
    return i.value().kind() == value_kind::string &&
           format_version(i.value().as_string()) > std::pair<std::uint64_t, std::uint64_t>(2, 0);
  }

  [[nodiscard]] static bool before(const item& a, const item& b) {
    if (is_strict_version(a) != is_strict_version(b)) return is_strict_version(a);
    if (a.is_section() != b.is_section()) return b.is_section();
    if (const int order = a.name().compare(b.name()); order != 0) return order < 0;
    const auto text = [](const item& i) {  // no label is before any label
      const auto label = i.is_section() ? i.label() : std::nullopt;
      return label ? std::optional<std::string>(label->as_string()) : std::nullopt;
    };
    return text(a) < text(b);
  }

  void quote(std::string_view text) {
    out_ += '"';
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\n') {
        out_ += "\\n";
        continue;
      }
      if (text[i] == '"' || text[i] == '\\') out_ += '\\';
      append_readable(text, i, out_);
    }
    out_ += '"';
  }

  void print_all(const sibling_range<value>& values) {
    bool first = true;
    for (const value v : values) {
      if (!first) out_ += ' ';
      first = false;
      print(v);
    }
  }

  void print(const value& v) {
    switch (v.kind()) {
      case value_kind::boolean:
      case value_kind::identifier:
        out_ += v.source();
        break;
      case value_kind::integer:
        out_ += std::to_string(v.as_int());
        break;
      case value_kind::string:
        quote(v.as_string_view(scratch_));
        break;
      case value_kind::list:
      case value_kind::group:
        out_ += v.kind() == value_kind::list ? '[' : '(';
        print_all(v.children());
        out_ += v.kind() == value_kind::list ? ']' : ')';
        break;
      case value_kind::option:
        print(v.subject());
        out_ += " {";
        print_all(v.children());
        out_ += '}';
        break;
      case value_kind::relation:
      case value_kind::logical:
      case value_kind::env_update:
        print(v.left());
        out_ += ' ';
        [[fallthrough]];
      case value_kind::prefix_relation:
      case value_kind::prefix:
        out_ += to_string(v.oper());
        out_ += ' ';
        print(v.right());
        break;
    }
  }

  void print(const item& i) {
    if (!i.is_section()) {
      if (is_blank(i.value())) return;
      out_ += i.name();
      out_ += ": ";
      print(i.value());
      return;
    }
    out_ += i.name();
    out_ += ' ';
    if (const auto label = i.label()) {
      quote(label->as_string_view(scratch_));
      out_ += ' ';
    }
    out_ += "{\n";
    std::vector<item> items;
    for (const item inner : i.items()) items.push_back(inner);
    print_lines(items);
    out_ += "\n}";
  }

  void print_lines(const std::vector<item>& items) {
    bool first = true;
    for (const item& i : items) {
      if (!first) out_ += '\n';
      first = false;
      print(i);
    }
  }

  std::string& out_;
  std::string scratch_;
};

}  // namespace opamplan::syntax::syntax_impl
