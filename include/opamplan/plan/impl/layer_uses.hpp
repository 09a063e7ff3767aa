/// \file
/// Counting who needs a layer, so that one knows when the first comes and the last goes.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "opamplan/base/sha256.hpp"
#include "opamplan/plan/layers.hpp"

namespace opamplan::plan_impl {

/// How many targets need each layer. Layers of one key are one.
class layer_uses {
 public:
  explicit layer_uses(const layer_graph& graph) : graph_(graph) {}

  /// One more target with this layer, which needs its closure too.
  void take(layer_id target) {
    each(target, [&](std::uint32_t number) { ++counts_[number]; });
  }
  /// One less.
  void release(layer_id target) {
    each(target, [&](std::uint32_t number) { --counts_[number]; });
  }

  /// By number: how many targets need it.
  [[nodiscard]] const std::vector<std::uint32_t>& counts() const noexcept { return counts_; }
  [[nodiscard]] std::uint32_t number_of(layer_id l) const { return numbers_[l]; }
  /// A layer with that number.
  [[nodiscard]] layer_id layer(std::uint32_t number) const { return layers_[number]; }

 private:
  template <class Visit>
  void each(layer_id target, const Visit& visit) {
    while (numbers_.size() < graph_.size()) numbers_.push_back(number(layer_id(numbers_.size())));
    for (const layer_id l : graph_.closures[target]) visit(numbers_[l]);
    visit(numbers_[target]);
  }

  std::uint32_t number(layer_id l) {
    const auto next = static_cast<std::uint32_t>(counts_.size());
    const auto [it, added] = by_key_.try_emplace(graph_.layers[l].key, next);
    if (added) {
      counts_.push_back(0);
      layers_.push_back(l);
    }
    return it->second;
  }

  const layer_graph& graph_;
  std::vector<std::uint32_t> numbers_;  // by layer
  std::vector<std::uint32_t> counts_;   // by number
  std::vector<layer_id> layers_;        // by number
  std::map<digest, std::uint32_t> by_key_;
};

}  // namespace opamplan::plan_impl
