/// \file
/// JSON of results, written by hand: the values are names and versions.
#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/base/json.hpp"
#include "opamplan/solve/json.hpp"

namespace opamplan {
namespace solve_impl {

inline void append_list(std::string& out, const std::vector<std::string>& sorted) {
  out += '[';
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (i != 0) out += ',';
    append_json_string(sorted[i], out);
  }
  out += ']';
}

/// True at each position that the target reaches over `dependencies`.
inline std::vector<bool> reached_from_target(const solution& s) {
  const auto it = std::lower_bound(s.packages.begin(), s.packages.end(), s.target);
  return reached_from(static_cast<std::uint32_t>(it - s.packages.begin()), s.packages.size(),
                      [&](std::uint32_t v, const auto& visit) {
                        for (const std::uint32_t d : s.dependencies[v]) visit(d);
                      });
}

}  // namespace solve_impl

OPAMPLAN_INLINE std::string to_json(const universe& u, const solve_result& result) {
  return to_json(u.repository(), result);
}

OPAMPLAN_INLINE std::string to_json(const repository& repo, const solve_result& result) {
  std::string out = "{\"package\":";
  append_json_string(repo.names()[result.name], out);
  out += ",\"status\":";
  append_json_string(to_string(result.status), out);
  if (result.target != package_id::none) {
    out += ",\"target\":";
    append_json_string(repo.full_name(result.target), out);
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
    solve_impl::append_list(out, list);
    const std::vector<bool> reached = solve_impl::reached_from_target(s);
    out += ",\"deps\":{";
    bool first = true;
    for (const std::uint32_t i : order) {
      if (!reached[i]) continue;
      if (!first) out += ',';
      first = false;
      append_json_string(names[i], out);
      out += ':';
      list.clear();
      for (const std::uint32_t d : s.dependencies[i]) list.push_back(names[d]);
      std::sort(list.begin(), list.end());
      solve_impl::append_list(out, list);
    }
    out += '}';
  }
  out += '}';
  return out;
}

}  // namespace opamplan
