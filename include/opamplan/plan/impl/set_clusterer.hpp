/// \file
/// Merging the two clusters of sets that have most in common, again and again.
#pragma once

#include <cstdint>
#include <queue>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "opamplan/base/rows.hpp"
#include "opamplan/plan/impl/set_columns.hpp"

namespace opamplan::plan_impl {

inline constexpr std::uint32_t no_cluster = 0xffffffffU;

/// A binary hierarchy: nodes 0..n-1 are the sets, later ones merge two earlier ones.
struct hierarchy {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> merges;  // of node n + i
};

/// Agglomerative clustering with one nearest neighbour a cluster, looked for again when it turns
/// out to be out of date.
///
/// A neighbour is found as in joins of similar sets (Chaudhuri, Ganti and Kaushik 2006; Bayardo, Ma
/// and Srikant 2007): who shares a rare column is counted, and only where frequent ones may weigh
/// as much the others are looked at. Of those with equal frequent columns the smallest is nearest.
class set_clusterer {
 public:
  explicit set_clusterer(const adjacency& sets)
      : count_(static_cast<std::uint32_t>(sets.size())), columns_(sets) {
    shared_.assign(count_, 0);
    alive_.assign(count_, true);
    nearest_.assign(count_, no_cluster);
    for (std::uint32_t i = 0; i < count_; ++i) {
      node_.push_back(i);
      // Items that no other set holds count too: they say how much two sets differ.
      size_.push_back(static_cast<std::uint32_t>(sets[i].size()));
      if (columns_.frequent(i) != 0) alike_[columns_.frequent(i)].emplace(size_[i], i);
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
      if (!alive_[b] || columns_.common(a, b) != best.common ||
          difference(a, b, best.common) != best.difference) {
        look_for_neighbour(a);
        continue;
      }
      merge(a, b, best.common);
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

  void look_for_neighbour(std::uint32_t a) {
    const std::uint64_t frequent = columns_.frequent(a);
    candidate best{0, 0, a, no_cluster};
    const auto consider = [&](std::uint32_t other, std::uint32_t both) {
      const candidate c{both, difference(a, other, both), a, other};
      if (best.neighbour == no_cluster || best < c) best = c;
    };
    touched_.clear();
    columns_.each_sharing(a, [&](std::uint32_t other, std::uint32_t weight) {
      if (shared_[other] == 0) touched_.push_back(other);
      shared_[other] += weight;
    });
    for (const std::uint32_t other : touched_) {
      const std::uint64_t both = frequent & columns_.frequent(other);
      if (other != a) consider(other, shared_[other] + columns_.frequent_weight(both));
      shared_[other] = 0;
    }
    if (best.common <= columns_.frequent_weight(frequent)) {
      for (const auto& [word, clusters] : alike_) {
        const std::uint32_t both = columns_.frequent_weight(frequent & word);
        if (both == 0 || both < best.common) continue;
        // One that shares rare columns too was considered with more in common: it is not the best.
        auto smallest = clusters.begin();
        if (smallest->second == a) ++smallest;
        if (smallest != clusters.end()) consider(smallest->second, both);
      }
    }
    nearest_[a] = best.neighbour;
    if (best.neighbour != no_cluster) queue_.push(best);
  }

  void merge(std::uint32_t a, std::uint32_t b, std::uint32_t both) {
    result_.merges.emplace_back(node_[a], node_[b]);
    node_[a] = count_ + static_cast<std::uint32_t>(result_.merges.size()) - 1;
    forget(a);
    forget(b);
    columns_.intersect(a, b);
    size_[a] = both;
    alive_[b] = false;
    if (columns_.frequent(a) != 0) alike_[columns_.frequent(a)].emplace(size_[a], a);
  }

  void forget(std::uint32_t cluster) {
    const auto it = alike_.find(columns_.frequent(cluster));
    if (it == alike_.end()) return;
    it->second.erase({size_[cluster], cluster});
    if (it->second.empty()) alike_.erase(it);
  }

  std::uint32_t count_;
  set_columns columns_;
  std::vector<std::uint32_t> shared_;  // scratch: weight of rare columns shared with each cluster
  std::vector<std::uint32_t> touched_;
  std::vector<std::uint32_t> size_;
  std::vector<bool> alive_;
  std::vector<std::uint32_t> node_;     // of the hierarchy, by cluster
  std::vector<std::uint32_t> nearest_;  // the neighbour of the newest queue entry
  // Clusters by their frequent columns, if they have some: by size, then number.
  std::unordered_map<std::uint64_t, std::set<std::pair<std::uint32_t, std::uint32_t>>> alike_;
  std::priority_queue<candidate> queue_;
  hierarchy result_;
};

}  // namespace opamplan::plan_impl
