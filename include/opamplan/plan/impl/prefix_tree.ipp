/// \file
/// Merging clusters of sets: exactly for few, greedily for many.
#pragma once

#include <algorithm>
#include <bit>
#include <iterator>
#include <queue>
#include <string>
#include <tuple>
#include <unordered_map>

#include "opamplan/base/config.hpp"
#include "opamplan/plan/prefix_tree.hpp"

namespace opamplan {
namespace plan_impl {

inline constexpr std::uint32_t no_cluster = 0xffffffffU;
inline constexpr std::size_t exact_limit = 10;

/// A binary hierarchy: nodes 0..n-1 are the sets, later ones merge two earlier ones.
struct hierarchy {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> merges;  // of node n + i
};

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

/// Items that are in exactly the same sets, as one column with a weight.
struct columns {
  std::vector<std::uint32_t> weight;
  std::vector<std::vector<std::uint32_t>> holders;  // sets by column, ascending; two or more
  std::vector<std::vector<std::uint32_t>> of_set;   // columns by set, ascending
};

inline columns make_columns(const adjacency& sets) {
  std::uint32_t items = 0;
  for (const std::uint32_t t : sets.values) items = std::max(items, t + 1);
  const adjacency back = transposed(sets, items);
  columns c;
  c.of_set.resize(sets.size());
  std::unordered_map<std::string, std::uint32_t> known;
  for (std::uint32_t item = 0; item < items; ++item) {
    const auto row = back[item];
    if (row.size() < 2) continue;  // never shared
    const std::string key(reinterpret_cast<const char*>(row.data()), row.size_bytes());
    const auto [it, added] = known.try_emplace(key, static_cast<std::uint32_t>(c.weight.size()));
    if (!added) {
      ++c.weight[it->second];
      continue;
    }
    for (const std::uint32_t s : row) c.of_set[s].push_back(it->second);
    c.weight.push_back(1);
    c.holders.emplace_back(row.begin(), row.end());
  }
  return c;
}

/// Agglomerative clustering with one nearest neighbour a cluster, found through the holders of its
/// columns and looked for again when it turns out to be out of date.
class clusterer {
 public:
  explicit clusterer(const adjacency& sets)
      : count_(static_cast<std::uint32_t>(sets.size())), columns_(make_columns(sets)) {
    shared_.assign(count_, 0);
    size_.assign(count_, 0);
    alive_.assign(count_, true);
    node_.resize(count_);
    nearest_.assign(count_, no_cluster);
    for (std::uint32_t i = 0; i < count_; ++i) {
      node_[i] = i;
      // Items that no other set holds count too: they say how much two sets differ.
      size_[i] = static_cast<std::uint32_t>(sets[i].size());
    }
  }

  hierarchy run() {
    for (std::uint32_t i = 0; i < count_; ++i) look_for_neighbour(i);
    while (!queue_.empty()) {
      const candidate best = queue_.top();
      queue_.pop();
      const std::uint32_t a = best.cluster;
      if (!alive_[a] || nearest_[a] != best.neighbour) continue;  // an older entry
      const std::uint32_t b = best.neighbour;
      if (!alive_[b] || common(a, b) != best.common ||
          difference(a, b, best.common) != best.difference) {
        look_for_neighbour(a);
        continue;
      }
      merge(a, b);
      look_for_neighbour(a);
    }
    return std::move(result_);
  }

 private:
  struct candidate {
    std::uint32_t common;
    std::uint32_t difference;
    std::uint32_t cluster;
    std::uint32_t neighbour;
    bool operator<(const candidate& o) const {  // the queue gives the largest
      return std::tie(common, o.difference, o.cluster, o.neighbour) <
             std::tie(o.common, difference, cluster, neighbour);
    }
  };

  [[nodiscard]] std::uint32_t difference(std::uint32_t a, std::uint32_t b,
                                         std::uint32_t both) const {
    return size_[a] + size_[b] - 2 * both;
  }

  [[nodiscard]] std::uint32_t common(std::uint32_t a, std::uint32_t b) const {
    const auto& x = columns_.of_set[a];
    const auto& y = columns_.of_set[b];
    std::uint32_t sum = 0;
    for (std::size_t i = 0, j = 0; i < x.size() && j < y.size();) {
      if (x[i] == y[j]) {
        sum += columns_.weight[x[i]];
        ++i;
        ++j;
      } else if (x[i] < y[j]) {
        ++i;
      } else {
        ++j;
      }
    }
    return sum;
  }

  void look_for_neighbour(std::uint32_t a) {
    touched_.clear();
    for (const std::uint32_t column : columns_.of_set[a]) {
      const std::uint32_t weight = columns_.weight[column];
      for (const std::uint32_t other : columns_.holders[column]) {
        if (shared_[other] == 0) touched_.push_back(other);
        shared_[other] += weight;
      }
    }
    candidate best{0, 0, a, no_cluster};
    for (const std::uint32_t other : touched_) {
      if (other != a) {
        const candidate c{shared_[other], difference(a, other, shared_[other]), a, other};
        if (best.neighbour == no_cluster || best < c) best = c;
      }
      shared_[other] = 0;
    }
    nearest_[a] = best.neighbour;
    if (best.neighbour != no_cluster) queue_.push(best);
  }

  void leave(std::uint32_t cluster, std::uint32_t column) {
    auto& holders = columns_.holders[column];
    holders.erase(std::lower_bound(holders.begin(), holders.end(), cluster));
  }

  void merge(std::uint32_t a, std::uint32_t b) {
    result_.merges.emplace_back(node_[a], node_[b]);
    node_[a] = count_ + static_cast<std::uint32_t>(result_.merges.size()) - 1;
    auto both = intersection(columns_.of_set[a], columns_.of_set[b]);
    for (const std::uint32_t column : columns_.of_set[b]) leave(b, column);
    size_[a] = 0;
    std::size_t kept = 0;
    for (const std::uint32_t column : columns_.of_set[a]) {
      if (kept < both.size() && both[kept] == column) {
        size_[a] += columns_.weight[column];
        ++kept;
      } else {
        leave(a, column);
      }
    }
    columns_.of_set[a] = std::move(both);
    columns_.of_set[b] = {};
    alive_[b] = false;
  }

  std::uint32_t count_;
  columns columns_;
  std::vector<std::uint32_t> shared_;  // scratch: weight shared with each cluster
  std::vector<std::uint32_t> touched_;
  std::vector<std::uint32_t> size_;
  std::vector<bool> alive_;
  std::vector<std::uint32_t> node_;     // of the hierarchy, by cluster
  std::vector<std::uint32_t> nearest_;  // the neighbour of the newest queue entry
  std::priority_queue<candidate> queue_;
  hierarchy result_;
};

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
  return plan_impl::to_tree(sets, plan_impl::clusterer(sets).run());
}

}  // namespace opamplan
