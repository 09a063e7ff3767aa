/// \file
/// Breadth-first search, counting, and enumeration of paths.
#pragma once

#include <algorithm>
#include <limits>

#include "opamplan/base/config.hpp"
#include "opamplan/closure/closure.hpp"
#include "opamplan/closure/paths.hpp"

namespace opamplan {
namespace closure_impl {

/// By vertex: the number of paths to `to`, at most 2^64 - 1.
inline std::vector<std::uint64_t> paths_to(const adjacency& graph, std::uint32_t to) {
  std::vector<std::uint64_t> count(graph.size(), 0);
  for (const std::uint32_t v : topological_order(graph)) {
    if (v == to) {
      count[v] = 1;
      continue;
    }
    for (const std::uint32_t d : graph[v]) {
      const std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
      count[v] = count[d] > most - count[v] ? most : count[v] + count[d];
    }
  }
  return count;
}

}  // namespace closure_impl

OPAMPLAN_INLINE std::vector<std::uint32_t> shortest_path(const adjacency& graph, std::uint32_t from,
                                                         std::uint32_t to) {
  return shortest_path(from, to, graph.size(), [&](std::uint32_t v, const auto& visit) {
    for (const std::uint32_t d : graph[v]) visit(d);
  });
}

OPAMPLAN_INLINE std::uint64_t count_paths(const adjacency& graph, std::uint32_t from,
                                          std::uint32_t to) {
  return closure_impl::paths_to(graph, to)[from];
}

OPAMPLAN_INLINE std::vector<std::vector<std::uint32_t>> paths(const adjacency& graph,
                                                              std::uint32_t from, std::uint32_t to,
                                                              std::size_t limit) {
  const auto reaches = closure_impl::paths_to(graph, to);
  std::vector<std::vector<std::uint32_t>> found;
  if (reaches[from] == 0) return found;
  std::vector<std::uint32_t> path{from};
  std::vector<std::uint32_t> next{0};
  while (!path.empty() && found.size() < limit) {
    const std::uint32_t v = path.back();
    const auto row = graph[v];
    if (v == to) found.push_back(path);
    while (next.back() < row.size() && (v == to || reaches[row[next.back()]] == 0)) ++next.back();
    if (next.back() == row.size()) {
      path.pop_back();
      next.pop_back();
    } else {
      path.push_back(row[next.back()++]);
      next.push_back(0);
    }
  }
  return found;
}

}  // namespace opamplan
