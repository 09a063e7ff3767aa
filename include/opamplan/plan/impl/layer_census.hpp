/// \file
/// Counting distinct layers while solutions come and go.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "opamplan/base/index.hpp"
#include "opamplan/closure/closure.hpp"
#include "opamplan/plan/impl/layer_groups.hpp"
#include "opamplan/solve/solution.hpp"

namespace opamplan::plan_impl {

// splitmix64 (Steele, Lea and Flood 2014). Layers only have to differ with near certainty: the
// plan's own keys are SHA-256.
inline std::uint64_t mixed(std::uint64_t x) noexcept {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31U);
}

/// A hash for each layer of a solution; none if no plan can hold it.
class layer_hashes {
 public:
  explicit layer_hashes(bool switches) : switches_(switches) {}

  std::span<const std::uint64_t> of(const solution& s) {
    found_.clear();
    if (!build_cycle(s).empty()) return found_;
    const layer_groups groups = groups_of(s, switches_);
    for (std::uint32_t group = 0; group < groups.size(); ++group) {
      std::uint64_t hash = mixed(groups.for_target(group) ? 1 : 0);
      for (const package_id p : groups.packages[group]) hash = mixed(hash ^ p);
      std::uint64_t needs = 0;  // a sum, as the order of groups is the solution's
      for (const std::uint32_t g : groups.needs[group]) needs += mixed(found_[g]);
      found_.push_back(mixed(hash ^ mixed(needs)));
    }
    return found_;
  }

 private:
  bool switches_;
  std::vector<std::uint64_t> found_;
};

/// How many solutions hold each layer. What was counted since the last `commit` can be taken back.
class layer_census {
 public:
  using layer = index<layer_census>;

  /// Numbers in place of hashes, so that counting is an addition.
  [[nodiscard]] std::vector<layer> numbered(std::span<const std::uint64_t> hashes) {
    std::vector<layer> out;
    out.reserve(hashes.size());
    for (const std::uint64_t h : hashes) {
      const auto [it, is_new] = numbers_.try_emplace(h, holders_.next());
      if (is_new) holders_.push_back(0);
      out.push_back(it->second);
    }
    return out;
  }

  void add(std::span<const layer> layers) {
    count(layers);
    added_.insert(added_.end(), layers.begin(), layers.end());
  }
  void remove(std::span<const layer> layers) {
    discount(layers);
    removed_.insert(removed_.end(), layers.begin(), layers.end());
  }
  void commit() {
    added_.clear();
    removed_.clear();
  }
  void roll_back() {
    count(removed_);
    discount(added_);
    commit();
  }
  [[nodiscard]] std::size_t distinct() const noexcept { return distinct_; }

 private:
  void count(std::span<const layer> layers) {
    for (const layer l : layers) distinct_ += holders_[l]++ == 0 ? 1 : 0;
  }
  void discount(std::span<const layer> layers) {
    for (const layer l : layers) distinct_ -= --holders_[l] == 0 ? 1 : 0;
  }

  std::unordered_map<std::uint64_t, layer> numbers_;
  index_vector<layer, std::uint32_t> holders_;
  std::size_t distinct_ = 0;
  std::vector<layer> added_;
  std::vector<layer> removed_;
};

}  // namespace opamplan::plan_impl
