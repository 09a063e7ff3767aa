/// \file
/// One pass over the closures, then counting sort.
#pragma once

#include <algorithm>
#include <utility>

#include "opamplan/base/config.hpp"
#include "opamplan/closure/closure.hpp"
#include "opamplan/closure/reverse.hpp"

namespace opamplan {
namespace closure_impl {

/// Rows from pairs (row, value), each once; values ascend.
inline adjacency rows_of(std::vector<std::pair<std::uint32_t, std::uint32_t>>& pairs,
                         std::size_t rows) {
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  return counted_rows(rows, [&](const auto& visit) {
    for (const auto& [row, value] : pairs) visit(row, value);
  });
}

}  // namespace closure_impl

OPAMPLAN_INLINE reverse_index make_reverse_index(std::span<const solution> solutions,
                                                 std::size_t package_count) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> held;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> edges;
  for (std::uint32_t i = 0; i < solutions.size(); ++i) {
    const closure c = closure_of(solutions[i]);
    for (std::uint32_t v = 0; v < c.size(); ++v) {
      const auto from = c.packages[v].value();
      held.emplace_back(from, i);
      for (const std::uint32_t d : c.dependencies[v]) {
        edges.emplace_back(c.packages[d].value(), from);
      }
    }
    // Most edges come again in each solution: kept few.
    if (edges.size() > std::size_t{1} << 20U) {
      std::sort(edges.begin(), edges.end());
      edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
    }
  }
  return {closure_impl::rows_of(held, package_count), closure_impl::rows_of(edges, package_count)};
}

}  // namespace opamplan
