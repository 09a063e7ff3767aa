/// \file
/// Merging clusters of sets: exactly for few, greedily for many.
#pragma once

#include <algorithm>
#include <bit>
#include <iterator>

#include "opamplan/base/config.hpp"
#include "opamplan/plan/impl/set_clusterer.hpp"
#include "opamplan/plan/prefix_tree.hpp"

namespace opamplan {
namespace plan_impl {

inline constexpr std::size_t exact_limit = 10;

inline std::vector<std::uint32_t> intersection(const std::vector<std::uint32_t>& a,
                                               const std::vector<std::uint32_t>& b) {
  std::vector<std::uint32_t> both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  return both;
}

/// Best hierarchy of up to `exact_limit` sets: saved(M) = |intersection of M| + the best saved(A) +
/// saved(M - A) over all A. 3^n.
inline hierarchy exact(const adjacency& sets) {
  const auto n = static_cast<std::uint32_t>(sets.size());
  const std::uint32_t all = (1U << n) - 1;
  std::vector<std::vector<std::uint32_t>> common(all + 1);
  std::vector<std::size_t> saved(all + 1, 0);
  std::vector<std::uint32_t> part(all + 1, 0);
  for (std::uint32_t m = 1; m <= all; ++m) {
    const auto first = static_cast<std::uint32_t>(std::countr_zero(m));
    const std::vector<std::uint32_t> row(sets[first].begin(), sets[first].end());
    const std::uint32_t rest = m & (m - 1);
    common[m] = rest == 0 ? row : intersection(row, common[rest]);
    if (rest == 0) continue;
    bool found = false;
    for (std::uint32_t a = (m - 1) & m; a != 0; a = (a - 1) & m) {
      if ((a >> first & 1U) == 0) continue;  // each split once
      const std::size_t value = common[m].size() + saved[a] + saved[m & ~a];
      if (!found || value > saved[m]) {
        saved[m] = value;
        part[m] = a;
        found = true;
      }
    }
  }
  hierarchy h;
  std::vector<std::uint32_t> node(all + 1, no_cluster);
  const auto build = [&](const auto& self, std::uint32_t m) -> std::uint32_t {
    if ((m & (m - 1)) == 0) return static_cast<std::uint32_t>(std::countr_zero(m));
    const std::uint32_t left = self(self, part[m]);
    const std::uint32_t right = self(self, m & ~part[m]);
    h.merges.emplace_back(left, right);
    return n + static_cast<std::uint32_t>(h.merges.size()) - 1;
  };
  if (n > 1) build(build, all);
  return h;
}

/// From a hierarchy to the tree: each node holds what is common below it and not yet above it.
inline prefix_tree to_tree(const adjacency& sets, const hierarchy& h) {
  const auto n = static_cast<std::uint32_t>(sets.size());
  const auto total = n + static_cast<std::uint32_t>(h.merges.size());
  std::vector<std::vector<std::uint32_t>> common(total);
  std::vector<std::uint32_t> parent(total, no_cluster);
  for (std::uint32_t s = 0; s < n; ++s) common[s].assign(sets[s].begin(), sets[s].end());
  for (std::uint32_t i = n; i < total; ++i) {
    const auto [left, right] = h.merges[i - n];
    common[i] = intersection(common[left], common[right]);
    parent[left] = i;
    parent[right] = i;
  }
  prefix_tree tree;
  std::vector<prefix_tree::node_id> place(total);
  for (std::uint32_t i = total; i-- > 0;) {  // parents have larger numbers
    prefix_tree::node node;
    if (parent[i] != no_cluster) {
      node.parent = place[parent[i]];
      const auto& above = common[parent[i]];
      std::set_difference(common[i].begin(), common[i].end(), above.begin(), above.end(),
                          std::back_inserter(node.items));
    } else {
      node.items = common[i];
    }
    if (node.items.empty()) {
      place[i] = node.parent;
      continue;
    }
    place[i] = tree.nodes.next();
    tree.nodes.push_back(std::move(node));
  }
  tree.ends.assign(place.begin(), place.begin() + n);
  return tree;
}

}  // namespace plan_impl

OPAMPLAN_INLINE prefix_tree share_prefixes(const adjacency& sets) {
  if (sets.size() <= plan_impl::exact_limit) {
    return plan_impl::to_tree(sets, plan_impl::exact(sets));
  }
  return plan_impl::to_tree(sets, plan_impl::set_clusterer(sets).run());
}

}  // namespace opamplan
