/// \file
/// Writing syntax trees as JSON.
#pragma once

#include <string>

#include "opamplan/base/config.hpp"
#include "opamplan/base/json.hpp"
#include "opamplan/syntax/json.hpp"

namespace opamplan::syntax {
namespace syntax_impl {

class json_writer {
 public:
  explicit json_writer(std::string& out) : out_(out) {}

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

}  // namespace syntax_impl

OPAMPLAN_INLINE void append_json(const file& f, std::string_view label, std::string& out) {
  syntax_impl::json_writer(out).write(f, label);
}

OPAMPLAN_INLINE void append_json(const value& v, std::string& out) {
  syntax_impl::json_writer(out).write(v);
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
