/// \file
/// The plain layout.
#pragma once

#include <string>
#include <string_view>

#include "opamplan/base/config.hpp"
#include "opamplan/base/text.hpp"
#include "opamplan/syntax/impl/opam_layout.hpp"
#include "opamplan/syntax/printer.hpp"

namespace opamplan::syntax {
namespace syntax_impl {

inline void append_quoted(std::string_view text, std::string& out) {
  const char* const end = text.data() + text.size();
  out += '"';
  for (const char* p = text.data(); p != end;) {
    const char c = *p;
    const std::size_t length = utf8_length(p, end);
    if (length > 1) {
      out.append(p, length);
      p += length;
      continue;
    }
    ++p;
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
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\b':
        out += "\\b";
        break;
      default:
        if (length == 0 || is_control(c)) {
          append_decimal_escape(c, out);
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

inline void append_value(const value& v, std::string& out);

inline void append_all(const sibling_range<value>& values, std::string& out) {
  bool first = true;
  for (const value v : values) {
    if (!first) out += ' ';
    first = false;
    append_value(v, out);
  }
}

// No parentheses are ever added: those that are needed are groups in the tree.
inline void append_value(const value& v, std::string& out) {
  switch (v.kind()) {
    case value_kind::boolean:
    case value_kind::identifier:
      out += v.source();
      break;
    case value_kind::integer:
      out += std::to_string(v.as_int());
      break;
    case value_kind::string: {
      std::string scratch;
      append_quoted(v.as_string_view(scratch), out);
      break;
    }
    case value_kind::list:
    case value_kind::group:
      out += v.kind() == value_kind::list ? '[' : '(';
      append_all(v.children(), out);
      out += v.kind() == value_kind::list ? ']' : ')';
      break;
    case value_kind::option:
      append_value(v.subject(), out);
      out += " {";
      append_all(v.children(), out);
      out += '}';
      break;
    case value_kind::relation:
    case value_kind::logical:
    case value_kind::env_update:
      append_value(v.left(), out);
      out += ' ';
      out += to_string(v.oper());
      out += ' ';
      append_value(v.right(), out);
      break;
    case value_kind::prefix_relation:
      out += to_string(v.oper());
      out += ' ';
      append_value(v.right(), out);
      break;
    case value_kind::prefix:
      out += to_string(v.oper());
      if (needs_space(v)) out += ' ';
      append_value(v.right(), out);
      break;
  }
}

inline void append_items(const sibling_range<item>& items, std::size_t indent, std::string& out) {
  constexpr std::size_t width = 78;
  for (const item i : items) {
    out.append(indent, ' ');
    out += i.name();
    if (i.is_section()) {
      if (const auto label = i.label()) {
        out += ' ';
        append_value(*label, out);
      }
      out += " {\n";
      append_items(i.items(), indent + 2, out);
      out.append(indent, ' ');
      out += "}\n";
      continue;
    }
    out += ": ";
    const std::size_t begin = out.size();
    append_value(i.value(), out);
    if (i.value().kind() == value_kind::list && out.size() - begin + i.name().size() > width) {
      out.resize(begin);
      out += "[\n";
      for (const value v : i.value().children()) {
        out.append(indent + 2, ' ');
        append_value(v, out);
        out += '\n';
      }
      out.append(indent, ' ');
      out += ']';
    }
    out += '\n';
  }
}

}  // namespace syntax_impl

OPAMPLAN_INLINE std::string print(const value& v) {
  std::string out;
  syntax_impl::append_value(v, out);
  return out;
}

OPAMPLAN_INLINE std::string print(const file& f, layout style) {
  std::string out;
  switch (style) {
    case layout::plain:
      syntax_impl::append_items(f.items(), 0, out);
      break;
    case layout::opam:
      syntax_impl::opam_printer(out).print(f);
      break;
    case layout::opam_normalised:
      syntax_impl::opam_normaliser(out).print(f);
      break;
  }
  return out;
}

OPAMPLAN_INLINE std::string quote(std::string_view text) {
  std::string out;
  syntax_impl::append_quoted(text, out);
  return out;
}

}  // namespace opamplan::syntax
