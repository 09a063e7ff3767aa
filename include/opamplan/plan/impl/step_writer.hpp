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
        system_steps_(tree.system_steps.size(), no_step) {}

  void run() {
    out_.steps.reserve(layers_.size() + tree_.system_steps.size());
    for (std::uint32_t l = 0; l < layers_.size(); ++l) write_layer(l);
    for (const auto& t : layers_.targets) {
      out_.targets.push_back({t.package, t.layer, step_of_[t.layer]});
    }
  }

 private:
  [[nodiscard]] std::uint32_t add(plan_step step) {
    step.depth = step.parent == no_step ? 1 : out_.steps[step.parent].depth + 1;
    out_.steps.push_back(std::move(step));
    return static_cast<std::uint32_t>(out_.steps.size() - 1);
  }

  /// The step on whose image a layer's step, or a system step, stands.
  [[nodiscard]] std::uint32_t step_of_origin(std::uint32_t layer, std::uint32_t system) {
    if (system != graft_tree::none) return write_system(system);
    return layer == no_step ? no_step : step_of_[layer];
  }

  std::uint32_t write_system(std::uint32_t s) {
    if (system_steps_[s] != no_step) return system_steps_[s];
    const graft_tree::system_step& from = tree_.system_steps[s];
    plan_step step;
    step.parent = step_of_origin(from.layer, from.below);
    step.depexts = depexts_.missing(step.parent, from.depexts);
    sha256 hash;
    hash.add_field("opamplan system step");
    hash.add(step.parent == no_step ? base_key(out_.base) : out_.steps[step.parent].key);
    for (const std::string& name : step.depexts) hash.add_field(name);
    step.key = hash.finish();
    return system_steps_[s] = add(std::move(step));
  }

  void write_layer(std::uint32_t l) {
    const auto [layer, system] = tree_.origins[l];
    plan_step step;
    step.parent = step_of_origin(layer, system);
    missing_.clear();
    const auto all = layers_.closures[l];
    const auto held = layer == no_step ? std::span<const std::uint32_t>() : layers_.closures[layer];
    std::set_difference(all.begin(), all.end(), held.begin(), held.end(),
                        std::back_inserter(missing_));
    std::erase(missing_, layer);
    for (const std::uint32_t d : missing_) step.grafts.push_back(step_of_[d]);
    missing_.push_back(l);
    step.depexts = depexts_.missing(step.parent, missing_);
    step.installs = {l};
    step.key = layers_.layers[l].key;
    step_of_.push_back(add(std::move(step)));
  }

  const layer_graph& layers_;
  const graft_tree& tree_;
  depext_book depexts_;
  plan& out_;
  std::vector<std::uint32_t> step_of_;       // by layer
  std::vector<std::uint32_t> system_steps_;  // by system step
  std::vector<std::uint32_t> missing_;       // layers, of the one at hand
};

}  // namespace opamplan::plan_impl
