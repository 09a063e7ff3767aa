/// \file
/// Orders, reductions and printing of closures.
#pragma once

#include <algorithm>
#include <boost/graph/strong_components.hpp>
#include <boost/property_map/property_map.hpp>
#include <functional>
#include <queue>

#include "opamplan/base/bit_rows.hpp"
#include "opamplan/base/config.hpp"
#include "opamplan/base/json.hpp"
#include "opamplan/closure/closure.hpp"
#include "opamplan/closure/graph.hpp"

namespace opamplan {

namespace closure_impl {

inline std::uint32_t target_position(const solution& s) {
  return static_cast<std::uint32_t>(
      std::lower_bound(s.packages.begin(), s.packages.end(), s.target) - s.packages.begin());
}

/// By position in the solution: does the target reach it?
inline std::vector<bool> reached(const solution& s, closure_edges edges) {
  return reached_from(target_position(s), s.packages.size(),
                      [&](std::uint32_t v, const auto& visit) {
                        for (const std::uint32_t d : s.dependencies[v]) visit(d);
                        if (edges == closure_edges::build) return;
                        for (const std::uint32_t d : s.post_dependencies[v]) visit(d);
                      });
}

}  // namespace closure_impl

OPAMPLAN_INLINE std::vector<package_id> closure_packages(const solution& s, closure_edges edges) {
  const std::vector<bool> in = closure_impl::reached(s, edges);
  std::vector<package_id> packages;
  packages.reserve(in.size());
  for (std::size_t i = 0; i < in.size(); ++i) {
    if (in[i]) packages.push_back(s.packages[i]);
  }
  return packages;
}

OPAMPLAN_INLINE closure closure_of(const solution& s, closure_edges edges) {
  const std::vector<bool> in = closure_impl::reached(s, edges);
  closure c;
  c.packages.reserve(in.size());
  std::vector<std::uint32_t> position(in.size());
  for (std::size_t i = 0; i < in.size(); ++i) {
    if (!in[i]) continue;
    position[i] = static_cast<std::uint32_t>(c.packages.size());
    c.packages.push_back(s.packages[i]);
  }
  c.target = position[closure_impl::target_position(s)];
  c.dependencies.offsets.reserve(c.packages.size() + 1);
  c.dependencies.values.reserve(s.dependencies.values.size());
  const auto append = [&](std::span<const std::uint32_t> row) {
    for (const std::uint32_t d : row) c.dependencies.values.push_back(position[d]);
  };
  for (std::size_t i = 0; i < in.size(); ++i) {
    if (!in[i]) continue;
    append(s.dependencies[i]);
    if (edges == closure_edges::build_and_post) append(s.post_dependencies[i]);
    c.dependencies.close_set();
  }
  return c;
}

OPAMPLAN_INLINE std::vector<package_id> build_cycle(const solution& s) {
  enum class state : std::uint8_t { unseen, open, done };
  const std::vector<bool> in = closure_impl::reached(s, closure_edges::build_and_post);
  std::vector<state> states(in.size(), state::unseen);
  std::vector<std::pair<std::uint32_t, std::uint32_t>> path;  // position, next edge
  for (std::uint32_t root = 0; root < in.size(); ++root) {
    if (!in[root] || states[root] != state::unseen) continue;
    states[root] = state::open;
    path.emplace_back(root, 0);
    while (!path.empty()) {
      auto& [v, edge] = path.back();
      const auto row = s.dependencies[v];
      if (edge == row.size()) {
        states[v] = state::done;
        path.pop_back();
        continue;
      }
      const std::uint32_t next = row[edge++];
      if (states[next] == state::open) {
        std::vector<package_id> cycle;
        auto at = path.begin();
        while (at->first != next) ++at;
        for (; at != path.end(); ++at) cycle.push_back(s.packages[at->first]);
        return cycle;
      }
      if (states[next] == state::unseen) {
        states[next] = state::open;
        path.emplace_back(next, 0);
      }
    }
  }
  return {};
}

OPAMPLAN_INLINE std::string cycle_text(std::span<const std::string> names) {
  std::string text;
  for (const std::string& name : names) text += name + " -> ";
  return names.empty() ? text : text + names.front();
}

OPAMPLAN_INLINE std::string cycle_reason(std::span<const std::string> names) {
  return "its dependencies are cyclic, which opam refuses: " + cycle_text(names);
}

OPAMPLAN_INLINE adjacency reversed(const adjacency& graph) {
  return transposed(graph, graph.size());
}

OPAMPLAN_INLINE std::vector<std::uint32_t> topological_order(const adjacency& graph) {
  std::vector<std::uint32_t> order;
  order.reserve(graph.size());
  std::vector<std::uint8_t> seen(graph.size(), 0);
  std::vector<std::pair<std::uint32_t, std::uint32_t>> stack;  // vertex, next edge
  for (std::uint32_t root = 0; root < graph.size(); ++root) {
    if (seen[root] != 0) continue;
    seen[root] = 1;
    stack.emplace_back(root, 0);
    while (!stack.empty()) {
      auto& [v, edge] = stack.back();
      const auto row = graph[v];
      if (edge == row.size()) {
        order.push_back(v);
        stack.pop_back();
        continue;
      }
      const std::uint32_t next = row[edge++];
      if (seen[next] == 0) {
        seen[next] = 1;
        stack.emplace_back(next, 0);
      }
    }
  }
  return order;
}

namespace closure_impl {

/// Level by level: all vertices whose successors are all done, in the order of `less`.
template <class Less>
std::vector<std::uint32_t> level_order(const adjacency& graph, const Less& less) {
  const adjacency back = reversed(graph);
  std::vector<std::uint32_t> missing(graph.size());
  std::vector<std::uint32_t> level;
  for (std::uint32_t v = 0; v < graph.size(); ++v) {
    missing[v] = static_cast<std::uint32_t>(graph[v].size());
    if (missing[v] == 0) level.push_back(v);
  }
  std::vector<std::uint32_t> order;
  while (!level.empty()) {
    std::sort(level.begin(), level.end(), less);
    order.insert(order.end(), level.begin(), level.end());
    std::vector<std::uint32_t> next;
    for (const std::uint32_t v : level) {
      for (const std::uint32_t dependent : back[v]) {
        if (--missing[dependent] == 0) next.push_back(dependent);
      }
    }
    level = std::move(next);
  }
  return order;
}

}  // namespace closure_impl

OPAMPLAN_INLINE std::vector<std::uint32_t> order_of(const closure& c, install_order order,
                                                    std::span<const std::string> names) {
  const auto less = [&](std::uint32_t a, std::uint32_t b) { return names[a] < names[b]; };
  if (order == install_order::levels) return closure_impl::level_order(c.dependencies, less);
  auto result = closure_impl::level_order(
      reversed(c.dependencies), [&](std::uint32_t a, std::uint32_t b) { return less(b, a); });
  std::reverse(result.begin(), result.end());
  return result;
}

OPAMPLAN_INLINE std::vector<std::uint32_t> order_by_priority(
    const closure& c, std::span<const std::uint64_t> priority, std::span<const std::string> names) {
  const adjacency back = reversed(c.dependencies);
  const auto later = [&](std::uint32_t a, std::uint32_t b) {
    return priority[a] != priority[b] ? priority[a] < priority[b] : names[a] > names[b];
  };
  std::priority_queue<std::uint32_t, std::vector<std::uint32_t>, decltype(later)> ready(later);
  std::vector<std::uint32_t> missing(c.size());
  for (std::uint32_t v = 0; v < c.size(); ++v) {
    missing[v] = static_cast<std::uint32_t>(c.dependencies[v].size());
    if (missing[v] == 0) ready.push(v);
  }
  std::vector<std::uint32_t> order;
  while (!ready.empty()) {
    const std::uint32_t v = ready.top();
    ready.pop();
    order.push_back(v);
    for (const std::uint32_t dependent : back[v]) {
      if (--missing[dependent] == 0) ready.push(dependent);
    }
  }
  return order;
}

OPAMPLAN_INLINE adjacency transitive_reduction(const adjacency& graph) {
  bit_rows reach(graph.size(), graph.size());  // without the vertex itself
  std::vector<std::vector<std::uint32_t>> kept(graph.size());
  for (const std::uint32_t v : topological_order(graph)) {
    for (const std::uint32_t t : graph[v]) reach.add_row(v, t);
    for (const std::uint32_t t : graph[v]) {
      if (!reach.holds(v, t)) kept[v].push_back(t);
    }
    for (const std::uint32_t t : graph[v]) reach.add(v, t);
  }
  adjacency result;
  for (const auto& row : kept) result.add_row(row);
  return result;
}

OPAMPLAN_INLINE condensation condense(const adjacency& graph) {
  condensation out;
  out.component_of.resize(graph.size());
  const graph_view view{&graph};
  const std::size_t count = boost::strong_components(
      view,
      boost::make_iterator_property_map(out.component_of.begin(), get(boost::vertex_index, view)));
  out.members = counted_rows(count, [&](const auto& visit) {
    for (std::uint32_t v = 0; v < graph.size(); ++v) visit(out.component_of[v], v);
  });
  for (std::uint32_t c = 0; c < count; ++c) {
    for (const std::uint32_t v : out.members[c]) {
      for (const std::uint32_t d : graph[v]) {
        if (out.component_of[d] != c) out.dependencies.values.push_back(out.component_of[d]);
      }
    }
    out.dependencies.close_set();
  }
  return out;
}

OPAMPLAN_INLINE critical_path_result critical_path(const adjacency& graph,
                                                   std::span<const double> durations) {
  constexpr std::uint32_t none = 0xffffffffU;
  std::vector<double> finish(graph.size(), 0);
  std::vector<std::uint32_t> before(graph.size(), none);
  std::uint32_t last = none;
  for (const std::uint32_t v : topological_order(graph)) {
    for (const std::uint32_t d : graph[v]) {
      if (before[v] == none || finish[d] > finish[before[v]]) before[v] = d;
    }
    finish[v] = durations[v] + (before[v] == none ? 0 : finish[before[v]]);
    if (last == none || finish[v] > finish[last]) last = v;
  }
  critical_path_result result;
  if (last == none) return result;
  result.seconds = finish[last];
  for (std::uint32_t v = last; v != none; v = before[v]) result.path.push_back(v);
  std::reverse(result.path.begin(), result.path.end());
  return result;
}

namespace closure_impl {

// Descending by name, the target last, as package-tool writes them.
inline std::vector<std::uint32_t> printed_order(const closure& c,
                                                std::span<const std::string> names) {
  std::vector<std::uint32_t> order;
  for (std::uint32_t v = 0; v < c.size(); ++v) {
    if (v != c.target) order.push_back(v);
  }
  std::sort(order.begin(), order.end(),
            [&](std::uint32_t a, std::uint32_t b) { return names[a] > names[b]; });
  order.push_back(c.target);
  return order;
}

}  // namespace closure_impl

OPAMPLAN_INLINE std::string deps_json(const closure& c, std::span<const std::string> names) {
  const adjacency reduced = transitive_reduction(c.dependencies);
  std::string out = "{";
  bool first = true;
  for (const std::uint32_t v : closure_impl::printed_order(c, names)) {
    out += first ? "\n  " : ",\n  ";
    first = false;
    out += json_string(names[v]) + ": [";
    std::vector<std::string> row;
    for (const std::uint32_t d : reduced[v]) row.push_back(names[d]);
    std::sort(row.begin(), row.end(), std::greater<>());
    for (std::size_t i = 0; i < row.size(); ++i) {
      out += (i == 0 ? " " : ", ") + json_string(row[i]);
    }
    out += row.empty() ? "]" : " ]";
  }
  return out + "\n}\n";
}

OPAMPLAN_INLINE std::string order_json(std::span<const std::uint32_t> order,
                                       std::span<const std::string> names) {
  std::string out = "[";
  for (std::size_t i = 0; i < order.size(); ++i) {
    out += (i == 0 ? " " : ", ") + json_string(names[order[i]]);
  }
  return out + " ]\n";
}

OPAMPLAN_INLINE std::string dot(const closure& c, std::span<const std::string> names) {
  const adjacency reduced = transitive_reduction(c.dependencies);
  std::string out = "digraph opam {\n";
  for (std::uint32_t v = 0; v < c.size(); ++v) {
    out += "  " + json_string(names[v]) + (v == c.target ? " [style=bold]" : "") + ";\n";
    for (const std::uint32_t d : reduced[v]) {
      out += "  " + json_string(names[v]) + " -> " + json_string(names[d]) + ";\n";
    }
  }
  return out + "}\n";
}

}  // namespace opamplan
