/// \file
/// JSON of results, written by hand: the values are names and versions.
#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/solve/json.hpp"

namespace opamplan {
namespace json_detail {

inline void append_string(std::string& out, std::string_view s) {
  out += '"';
  for (const char c : s) {
    constexpr std::string_view digits = "0123456789abcdef";
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += "\\u00";
      out += digits[static_cast<unsigned char>(c) >> 4U];
      out += digits[static_cast<unsigned char>(c) & 0xFU];
    } else {
      out += c;
    }
  }
  out += '"';
}

inline void append_list(std::string& out, const std::vector<std::string>& sorted) {
  out += '[';
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (i != 0) out += ',';
    append_string(out, sorted[i]);
  }
  out += ']';
}

/// True at each position that the target reaches over `dependencies`.
inline std::vector<bool> reached_from_target(const solution& s) {
  std::vector<bool> reached(s.packages.size(), false);
  std::vector<std::uint32_t> stack;
  const auto it = std::lower_bound(s.packages.begin(), s.packages.end(), s.target);
  stack.push_back(static_cast<std::uint32_t>(it - s.packages.begin()));
  reached[stack.back()] = true;
  while (!stack.empty()) {
    const std::uint32_t p = stack.back();
    stack.pop_back();
    for (const std::uint32_t d : s.dependencies[p]) {
      if (!reached[d]) {
        reached[d] = true;
        stack.push_back(d);
      }
    }
  }
  return reached;
}

}  // namespace json_detail

OPAMPLAN_INLINE std::string to_json(const universe& u, const solve_result& result) {
  using json_detail::append_string;
  const repository& repo = u.repository();
  std::string out = "{\"package\":";
  append_string(out, repo.names()[to_index(result.name)]);
  out += ",\"status\":";
  append_string(out, to_string(result.status));
  if (result.target != no_package) {
    out += ",\"target\":";
    append_string(out, repo.full_name(result.target));
  }
  if (result.solution) {
    const solution& s = *result.solution;
    std::vector<std::string> names;
    names.reserve(s.packages.size());
    for (const package_id p : s.packages) names.push_back(repo.full_name(p));
    std::vector<std::uint32_t> order(names.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(),
              [&](std::uint32_t a, std::uint32_t b) { return names[a] < names[b]; });
    std::vector<std::string> list;
    for (const std::uint32_t i : order) list.push_back(names[i]);
    out += ",\"selected\":";
    json_detail::append_list(out, list);
    const std::vector<bool> reached = json_detail::reached_from_target(s);
    out += ",\"deps\":{";
    bool first = true;
    for (const std::uint32_t i : order) {
      if (!reached[i]) continue;
      if (!first) out += ',';
      first = false;
      append_string(out, names[i]);
      out += ':';
      list.clear();
      for (const std::uint32_t d : s.dependencies[i]) list.push_back(names[d]);
      std::sort(list.begin(), list.end());
      json_detail::append_list(out, list);
    }
    out += '}';
  }
  out += '}';
  return out;
}

}  // namespace opamplan
