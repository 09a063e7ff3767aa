/// \file
/// The steps of a tree of origins, which `graft` and `merge` choose.
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/plan/graft.hpp"
#include "opamplan/plan/impl/system_sets.hpp"

namespace opamplan::plan_impl {

/// Writes the steps of layers in their order, each system step before the first that stands on it.
class step_writer {
 public:
  step_writer(const layer_graph& layers, std::span<const std::vector<std::string>> depexts,
              const graft_tree& tree, plan& out)
      : layers_(layers),
        tree_(tree),
        depexts_(depexts),
        out_(out),
        system_steps_(tree.system_steps.size()) {}

  void run() {
    out_.steps.reserve(layers_.size() + tree_.system_steps.size());
    for (const layer_id l : layers_.layers.indices()) write_layer(l);
    for (const auto& t : layers_.targets) {
      out_.targets.push_back({t.package, t.layer, step_of_[t.layer]});
    }
  }

 private:
  [[nodiscard]] step_id add(plan_step step) {
    step.depth = step.parent == step_id::none ? 1 : out_.steps[step.parent].depth + 1;
    const step_id added = out_.steps.next();
    out_.steps.push_back(std::move(step));
    return added;
  }

  /// The step on whose image a layer's step, or a system step, stands.
  [[nodiscard]] step_id step_of_origin(layer_id layer, system_step_id system) {
    if (system != system_step_id::none) return write_system(system);
    return layer == layer_id::none ? step_id::none : step_of_[layer];
  }

  step_id write_system(system_step_id s) {
    if (system_steps_[s] != step_id::none) return system_steps_[s];
    const graft_tree::system_step& from = tree_.system_steps[s];
    plan_step step;
    step.parent = step_of_origin(from.layer, from.below);
    step.depexts = depexts_.missing(step.parent, from.depexts);
    sha256 hash;
    hash.add_field("opamplan system step");
    hash.add(step.parent == step_id::none ? base_key(out_.base) : out_.steps[step.parent].key);
    for (const std::string& name : step.depexts) hash.add_field(name);
    step.key = hash.finish();
    return system_steps_[s] = add(std::move(step));
  }

  void write_layer(layer_id l) {
    const auto [layer, system] = tree_.origins[l];
    plan_step step;
    step.parent = step_of_origin(layer, system);
    missing_.clear();
    const auto all = layers_.closures[l];
    const auto held =
        layer == layer_id::none ? std::span<const layer_id>() : layers_.closures[layer];
    std::set_difference(all.begin(), all.end(), held.begin(), held.end(),
                        std::back_inserter(missing_));
    std::erase(missing_, layer);
    in_any_plan(missing_);
    for (const layer_id d : missing_) step.grafts.push_back(step_of_[d]);
    missing_.push_back(l);
    step.depexts = depexts_.missing(step.parent, missing_);
    step.installs = {l};
    step.key = layers_.layers[l].key;
    step_of_.push_back(add(std::move(step)));
  }

  /// In an order that is the same in all plans that have these layers, so that a builder finds what
  /// it built of another. What a layer needs comes before it, as its closure is smaller.
  void in_any_plan(std::vector<layer_id>& some) const {
    std::ranges::sort(some, [this](layer_id a, layer_id b) {
      const std::size_t x = layers_.closures[a].size(), y = layers_.closures[b].size();
      return x != y ? x < y : layers_.layers[a].key < layers_.layers[b].key;
    });
  }

  const layer_graph& layers_;
  const graft_tree& tree_;
  depext_book depexts_;
  plan& out_;
  index_vector<layer_id, step_id> step_of_;
  index_vector<system_step_id, step_id> system_steps_;
  std::vector<layer_id> missing_;  // of the one at hand
};

}  // namespace opamplan::plan_impl
