/// \file
/// Items of sets, those that are in the same sets put together, and which clusters hold them.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "opamplan/base/rows.hpp"

namespace opamplan::plan_impl {

/// Up to 64 columns as bits, each with a weight: what a word of them weighs, in eight steps.
class column_word {
 public:
  explicit column_word(const std::vector<std::uint32_t>& weights) {
    for (std::size_t i = 0; i < weights.size(); ++i) {
      auto& table = tables_[i / 8];
      const std::size_t bit = std::size_t{1} << i % 8;
      for (std::size_t byte = 0; byte < table.size(); ++byte) {
        if ((byte & bit) != 0) table[byte] += weights[i];
      }
    }
  }

  [[nodiscard]] std::uint32_t weight(std::uint64_t word) const noexcept {
    std::uint32_t sum = 0;
    for (const auto& table : tables_) {
      sum += table[word & 0xff];
      word >>= 8;
    }
    return sum;
  }

 private:
  std::array<std::array<std::uint32_t, 256>, 8> tables_{};
};

/// Items that are in exactly the same sets are one column, which weighs as much as there are. The
/// columns that most sets hold, up to 64 of them, are bits of a word: lists of who holds them would
/// be nearly as long as all sets, and tell little. The others have such lists.
class set_columns {
 public:
  explicit set_columns(const adjacency& sets) : of_(sets.size()), frequent_of_(sets.size(), 0) {
    std::vector<column> all = gather(sets);
    std::ranges::stable_sort(all, {}, [](const column& c) { return c.holders.size(); });
    std::vector<std::uint32_t> frequent;
    for (; frequent.size() < 64 && !all.empty(); all.pop_back()) {
      const std::uint64_t bit = std::uint64_t{1} << frequent.size();
      for (const std::uint32_t set : all.back().holders) frequent_of_[set] |= bit;
      frequent.push_back(all.back().weight);
    }
    frequent_ = column_word(frequent);
    columns_ = std::move(all);
    for (std::uint32_t c = 0; c < columns_.size(); ++c) {
      for (const std::uint32_t set : columns_[c].holders) of_[set].push_back(c);
    }
  }

  /// Calls `visit(other, weight)` for each cluster that shares a column that is not frequent, with
  /// itself too, once a column.
  template <class Visit>
  void each_sharing(std::uint32_t cluster, const Visit& visit) const {
    for (const std::uint32_t c : of_[cluster]) {
      for (const std::uint32_t other : columns_[c].holders) visit(other, columns_[c].weight);
    }
  }

  [[nodiscard]] std::uint64_t frequent(std::uint32_t cluster) const noexcept {
    return frequent_of_[cluster];
  }
  [[nodiscard]] std::uint32_t frequent_weight(std::uint64_t word) const noexcept {
    return frequent_.weight(word);
  }

  /// What two clusters have in common.
  [[nodiscard]] std::uint32_t common(std::uint32_t a, std::uint32_t b) const {
    std::uint32_t sum = frequent_.weight(frequent_of_[a] & frequent_of_[b]);
    each_common(a, b, [&](std::uint32_t c) { sum += columns_[c].weight; });
    return sum;
  }

  /// Cluster `a` becomes what both have in common, `b` nothing.
  void intersect(std::uint32_t a, std::uint32_t b) {
    std::vector<std::uint32_t> both;
    each_common(a, b, [&](std::uint32_t c) { both.push_back(c); });
    for (const std::uint32_t c : of_[b]) leave(b, c);
    std::size_t kept = 0;
    for (const std::uint32_t c : of_[a]) {
      if (kept < both.size() && both[kept] == c) {
        ++kept;
      } else {
        leave(a, c);
      }
    }
    of_[a] = std::move(both);
    of_[b] = {};
    frequent_of_[a] &= frequent_of_[b];
    frequent_of_[b] = 0;
  }

 private:
  struct column {
    std::uint32_t weight = 1;
    std::vector<std::uint32_t> holders;  // clusters, ascending
  };

  static std::vector<column> gather(const adjacency& sets) {
    std::vector<column> all;
    std::uint32_t items = 0;
    for (const std::uint32_t t : sets.values) items = std::max(items, t + 1);
    const adjacency back = transposed(sets, items);
    std::unordered_map<std::string, std::size_t> known;
    for (std::uint32_t item = 0; item < items; ++item) {
      const auto row = back[item];
      if (row.size() < 2) continue;  // never shared
      const std::string key(reinterpret_cast<const char*>(row.data()), row.size_bytes());
      const auto [it, added] = known.try_emplace(key, all.size());
      if (added) {
        all.push_back({1, {row.begin(), row.end()}});
      } else {
        ++all[it->second].weight;
      }
    }
    return all;
  }

  template <class Visit>
  void each_common(std::uint32_t a, std::uint32_t b, const Visit& visit) const {
    const auto& x = of_[a];
    const auto& y = of_[b];
    for (std::size_t i = 0, j = 0; i < x.size() && j < y.size();) {
      if (x[i] == y[j]) {
        visit(x[i]);
        ++i;
        ++j;
      } else if (x[i] < y[j]) {
        ++i;
      } else {
        ++j;
      }
    }
  }

  void leave(std::uint32_t cluster, std::uint32_t from) {
    auto& holders = columns_[from].holders;
    holders.erase(std::lower_bound(holders.begin(), holders.end(), cluster));
  }

  std::vector<column> columns_;                 // that are not frequent
  std::vector<std::vector<std::uint32_t>> of_;  // those of each cluster, ascending
  std::vector<std::uint64_t> frequent_of_;      // by cluster
  column_word frequent_{{}};
};

}  // namespace opamplan::plan_impl
