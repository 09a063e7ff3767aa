/// \file
/// Blocks of a bake file, in two notations. JSON has templates where HCL has expressions.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "opamplan/base/json.hpp"
#include "opamplan/base/text.hpp"
#include "opamplan/emit/quote.hpp"

namespace opamplan::emit_impl {

enum class bake_notation : std::uint8_t { hcl, json };

/// What an attribute is set to.
struct bake_value {
  enum class kind : std::uint8_t {
    text,          ///< As it is.
    interpolated,  ///< `${...}` in it is carried out.
    expression,    ///< All of it is.
    list,
    map,
  };
  kind is = kind::text;
  std::string text = {};
  std::vector<std::pair<std::string, bake_value>> members = {};  ///< Lists have no keys.

  static bake_value interpolated(std::string text) { return {kind::interpolated, std::move(text)}; }
  static bake_value expression(std::string text) { return {kind::expression, std::move(text)}; }
  static bake_value list(const std::vector<std::string>& texts) {
    bake_value out{kind::list};
    for (const std::string& text : texts) out.members.push_back({{}, {kind::text, text}});
    return out;
  }
};

struct bake_block {
  std::string type;  ///< `variable`, `group` or `target`.
  std::string name;
  std::vector<std::pair<std::string, bake_value>> attributes;
  std::string comment = {};  ///< JSON has none.
};

/// A text that stands among those that are interpolated, and is not.
inline std::string without_templates(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool begins = (text[i] == '$' || text[i] == '%') && text.substr(i + 1, 1) == "{";
    if (begins) out += text[i];
    out += text[i];
  }
  return out;
}

inline std::string bake_text(std::string_view text, bake_notation in) {
  return in == bake_notation::hcl ? hcl_string(text) : bake_json_string(text);
}

inline bool is_hcl_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c == '_' || is_letter_or_digit(c);
  }) && !(text[0] >= '0' && text[0] <= '9');
}

/// A key of a map.
inline std::string bake_key(const std::string& key, bake_notation in) {
  if (in == bake_notation::json) return bake_json_string(key) + ": ";
  return (is_hcl_word(key) ? key : hcl_string(key)) + " = ";
}

inline void append_bake_value(const bake_value& v, bake_notation in, std::string& out) {
  switch (v.is) {
    case bake_value::kind::text:
      out += bake_text(v.text, in);
      return;
    case bake_value::kind::interpolated:
      out += json_string(v.text);
      return;
    case bake_value::kind::expression:
      out += in == bake_notation::hcl ? v.text : json_string("${" + v.text + "}");
      return;
    case bake_value::kind::list:
    case bake_value::kind::map:
      break;
  }
  const bool list = v.is == bake_value::kind::list;
  out += list ? '[' : '{';
  const char* between = "";
  for (const auto& [key, member] : v.members) {
    out += between;
    if (!list) out += bake_key(key, in);
    append_bake_value(member, in, out);
    between = ", ";
  }
  out += list ? ']' : '}';
}

inline void append_hcl(const std::vector<bake_block>& blocks, std::string& out) {
  for (const bake_block& block : blocks) {
    out += block.type + " \"" + block.name + "\" {\n";
    if (!block.comment.empty()) out += "  # " + block.comment + '\n';
    for (const auto& [name, value] : block.attributes) {
      out += "  " + name + " = ";
      append_bake_value(value, bake_notation::hcl, out);
      out += '\n';
    }
    out += "}\n";
  }
}

inline void append_json(const std::vector<bake_block>& blocks, std::string& out) {
  const char* before_type = "{\n";
  for (const char* const type : {"variable", "group", "target"}) {
    out += before_type;
    before_type = ",\n";
    out += "  " + json_string(type) + ": {";
    const char* before_block = "\n";
    for (const bake_block& block : blocks) {
      if (block.type != type) continue;
      out += before_block;
      before_block = ",\n";
      out += "    " + json_string(block.name) + ": {";
      const char* before = "";
      for (const auto& [name, value] : block.attributes) {
        out += before;
        before = ", ";
        out += json_string(name) + ": ";
        append_bake_value(value, bake_notation::json, out);
      }
      out += '}';
    }
    out += "\n  }";
  }
  out += "\n}\n";
}

}  // namespace opamplan::emit_impl
