/// \file
/// Choosing the images below merges.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/plan/impl/common_layers.hpp"
#include "opamplan/plan/impl/step_writer.hpp"
#include "opamplan/plan/impl/system_sets.hpp"
#include "opamplan/plan/merge.hpp"

namespace opamplan {
namespace plan_impl {

/// By layer the one on whose image it is merged; `no_step` if it needs no compiler.
inline std::vector<std::uint32_t> layers_below(const layer_graph& layers, const graft_costs& costs,
                                               const std::vector<char>& compilers) {
  std::vector<char> has_compiler = compilers;
  for (std::uint32_t l = 0; l < layers.size(); ++l) {
    for (const std::uint32_t d : layers.closures[l]) has_compiler[l] |= compilers[d];
  }
  return common_layers(layers, image_sizes(layers, costs.sizes),
                       [&](std::uint32_t, std::uint32_t d) { return has_compiler[d] != 0; });
}

/// The system steps on the images of `below`, and which layer stands on which.
class merge_tree {
 public:
  /// `chained`: a system step stands on that of the largest subset.
  merge_tree(const std::vector<std::uint32_t>& below, const system_sets& sets, bool chained)
      : sets_(sets) {
    for (std::uint32_t l = 0; l < below.size(); ++l) {
      const std::uint32_t set = sets.of(l);
      if (set != sets.of(below[l])) systems_[{below[l], sets.size(set), set}] = graft_tree::none;
    }
    for (auto& [place, step] : systems_) {
      step = add(std::get<0>(place), std::get<2>(place), chained);
    }
    for (std::uint32_t l = 0; l < below.size(); ++l) {
      const std::uint32_t set = sets.of(l);
      const auto found = systems_.find({below[l], sets.size(set), set});
      tree_.origins.push_back(
          {below[l], found == systems_.end() ? graft_tree::none : found->second});
    }
  }

  [[nodiscard]] const graft_tree& get() const noexcept { return tree_; }

 private:
  struct installed {
    std::uint32_t set;
    std::uint32_t step;
  };

  std::uint32_t add(std::uint32_t layer, std::uint32_t set, bool chained) {
    graft_tree::system_step made{layer, graft_tree::none, {}};
    std::uint32_t held = sets_.of(layer);
    if (chained) {
      for (const installed& other : on_[layer]) {
        if (sets_.size(other.set) > sets_.size(held) && sets_.includes(set, other.set)) {
          made.below = other.step;
          held = other.set;
        }
      }
    }
    made.depexts = sets_.difference(set, held);
    const auto step = static_cast<std::uint32_t>(tree_.system_steps.size());
    on_[layer].push_back({set, step});
    tree_.system_steps.push_back(std::move(made));
    return step;
  }

  using place = std::tuple<std::uint32_t, std::size_t, std::uint32_t>;  // layer, size, set

  const system_sets& sets_;
  std::map<place, std::uint32_t> systems_;  // smaller sets first, so that one finds its subsets
  std::map<std::uint32_t, std::vector<installed>> on_;  // by layer
  graft_tree tree_;
};

}  // namespace plan_impl

OPAMPLAN_INLINE void assemble_merge(const layer_graph& layers, const graft_costs& costs,
                                    const std::vector<char>& compilers, std::size_t depth_limit,
                                    plan& out) {
  const plan_impl::system_sets sets(layers, costs.depexts);
  const auto assemble = [&](const std::vector<std::uint32_t>& below, bool chained) {
    out.steps.clear();
    out.targets.clear();
    const plan_impl::merge_tree tree(below, sets, chained);
    plan_impl::step_writer(layers, costs.depexts, tree.get(), out).run();
  };
  assemble(plan_impl::layers_below(layers, costs, compilers), true);
  const bool deep = depth_limit != 0 && std::any_of(out.steps.begin(), out.steps.end(),
                                                    [&](auto& s) { return s.depth > depth_limit; });
  if (deep) assemble(std::vector<std::uint32_t>(layers.size(), no_step), false);
}

OPAMPLAN_INLINE std::vector<bool> ordinary_steps(const plan& p) {
  std::vector<bool> ordinary(p.steps.size(), false);
  for (std::size_t s = 0; s < p.steps.size(); ++s) {
    if (p.steps[s].installs.empty()) ordinary[s] = true;
    if (p.steps[s].parent < p.steps.size()) ordinary[p.steps[s].parent] = true;
  }
  return ordinary;
}

OPAMPLAN_INLINE std::size_t merge_room(const plan& p, const plan_step& step) {
  constexpr std::size_t own = 2;
  const std::size_t limit = p.limits.depth == 0 ? SIZE_MAX : p.limits.depth;
  const std::size_t below = own + (step.parent == no_step ? 0 : p.steps[step.parent].depth);
  return limit > below ? limit - below : 0;
}

}  // namespace opamplan
