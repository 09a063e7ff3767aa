/// \file
/// Writing syntax trees as JSON.
#pragma once

#include <string>

#include "opamplan/base/config.hpp"
#include "opamplan/syntax/detail/scan.hpp"
#include "opamplan/syntax/json.hpp"

namespace opamplan::syntax {
namespace json_detail {

inline void append_unicode(unsigned code, std::string& out) {
  constexpr const char* digits = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += digits[(code >> shift) & 0xfU];
}

}  // namespace json_detail

OPAMPLAN_INLINE void append_json_string(std::string_view text, std::string& out) {
  const char* const end = text.data() + text.size();
  const char* p = text.data();
  const char* plain = p;  // begins what has not been written yet
  out += '"';
  while (p != end) {
    const auto c = static_cast<unsigned char>(*p);
    const bool ordinary = c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
    const std::size_t length = ordinary ? 1 : c < 0x80 ? 0 : detail::character_length(p, end);
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
        json_detail::append_unicode(c < 0x80 ? c : 0xdc00U + c, out);
    }
  }
  out.append(plain, end);
  out += '"';
}

namespace json_detail {

class writer {
 public:
  explicit writer(std::string& out) : out_(out) {}

  void write(const file& f, std::string_view label) {
    out_ += R"({"file":)";
    append_json_string(label, out_);
    out_ += R"(,"items":)";
    write(f.items());
    out_ += '}';
  }

  void write(const value& v) {
    switch (v.kind()) {
      case value_kind::boolean:
        out_ += v.as_bool() ? R"({"bool":true)" : R"({"bool":false)";
        break;
      case value_kind::integer:
        out_ += R"({"int":)";
        out_ += std::to_string(v.as_int());
        break;
      case value_kind::string:
        out_ += R"({"str":)";
        append_json_string(v.as_string_view(scratch_), out_);
        break;
      case value_kind::identifier:
        out_ += R"({"id":)";
        append_json_string(v.raw(), out_);
        break;
      case value_kind::list:
      case value_kind::group:
        out_ += v.kind() == value_kind::list ? R"({"list":)" : R"({"group":)";
        write(v.children());
        break;
      case value_kind::option:
        out_ += R"({"opt":)";
        write(v.subject());
        out_ += R"(,"args":)";
        write(v.children());
        break;
      case value_kind::relation:
        write_operator(R"({"rel":")", v, true);
        break;
      case value_kind::prefix_relation:
        write_operator(R"({"prel":")", v, false);
        break;
      case value_kind::logical:
        write_operator(R"({"log":")", v, true);
        break;
      case value_kind::prefix:
        write_operator(R"({"pfx":")", v, false);
        break;
      case value_kind::env_update:
        write_operator(R"({"env":")", v, true);
        break;
    }
    out_ += '}';
  }

 private:
  void write(const item& i) {
    if (i.is_section()) {
      out_ += R"({"section":)";
      append_json_string(i.name(), out_);
      if (const auto label = i.label()) {
        out_ += R"(,"name":)";
        append_json_string(label->as_string_view(scratch_), out_);
      }
      out_ += R"(,"items":)";
      write(i.items());
    } else {
      out_ += R"({"var":)";
      append_json_string(i.name(), out_);
      out_ += R"(,"value":)";
      write(i.value());
    }
    out_ += '}';
  }

  template <class View>
  void write(const sibling_range<View>& views) {
    out_ += '[';
    bool first = true;
    for (const View v : views) {
      if (!first) out_ += ',';
      first = false;
      write(v);
    }
    out_ += ']';
  }

  void write_operator(const char* key, const value& v, bool binary) {
    out_ += key;
    out_ += to_string(v.oper());
    out_ += '"';
    if (binary) {
      out_ += R"(,"l":)";
      write(v.left());
    }
    out_ += R"(,"r":)";
    write(v.right());
  }

  std::string& out_;
  std::string scratch_;
};

}  // namespace json_detail

OPAMPLAN_INLINE void append_json(const file& f, std::string_view label, std::string& out) {
  json_detail::writer(out).write(f, label);
}

OPAMPLAN_INLINE void append_json(const value& v, std::string& out) {
  json_detail::writer(out).write(v);
}

OPAMPLAN_INLINE void append_json(const parse_diagnostic& d, std::string_view label,
                                 std::string& out) {
  out += R"({"file":)";
  append_json_string(label, out);
  out += R"(,"error":)";
  std::string message = std::to_string(d.where.line) + ':' + std::to_string(d.where.column) + ": ";
  message += d.message;
  if (!d.expected.empty()) message += ", expected " + d.expected;
  append_json_string(message, out);
  out += '}';
}

OPAMPLAN_INLINE std::string to_json(const file& f, std::string_view label) {
  std::string out;
  append_json(f, label, out);
  return out;
}

OPAMPLAN_INLINE std::string to_json(const value& v) {
  std::string out;
  append_json(v, out);
  return out;
}

OPAMPLAN_INLINE std::string to_json(const parse_diagnostic& d, std::string_view label) {
  std::string out;
  append_json(d, label, out);
  return out;
}

}  // namespace opamplan::syntax
