/// \file
/// Choosing the images below merges.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/plan/impl/common_layers.hpp"
#include "opamplan/plan/impl/kept_origins.hpp"
#include "opamplan/plan/impl/step_writer.hpp"
#include "opamplan/plan/impl/system_sets.hpp"
#include "opamplan/plan/merge.hpp"

namespace opamplan {
namespace plan_impl {

/// By layer the one on whose image it is merged; `none` if it needs no compiler.
inline index_vector<layer_id, layer_id> layers_below(const layer_graph& layers,
                                                     const graft_costs& costs,
                                                     const std::vector<char>& compilers) {
  std::vector<char> has_compiler = compilers;
  for (const layer_id l : layers.layers.indices()) {
    for (const layer_id d : layers.closures[l]) has_compiler[l] |= compilers[d];
  }
  return common_layers(layers, image_sizes(layers, costs.sizes),
                       [&](layer_id, layer_id d) { return has_compiler[d] != 0; });
}

/// The system steps on the images of `below`, and which layer stands on which.
class merge_tree {
 public:
  /// `chained`: a system step stands on that of the largest subset.
  merge_tree(const index_vector<layer_id, layer_id>& below, const system_sets& sets, bool chained)
      : sets_(sets) {
    for (const layer_id l : below.indices()) {
      const system_set_id set = sets.of(l);
      if (set != sets.of(below[l]))
        systems_[{below[l], sets.size(set), set}] = system_step_id::none;
    }
    for (auto& [place, step] : systems_) {
      step = add(std::get<0>(place), std::get<2>(place), chained);
    }
    for (const layer_id l : below.indices()) {
      const system_set_id set = sets.of(l);
      const auto found = systems_.find({below[l], sets.size(set), set});
      tree_.origins.push_back(
          {below[l], found == systems_.end() ? system_step_id::none : found->second});
    }
  }

  [[nodiscard]] const graft_tree& get() const noexcept { return tree_; }

 private:
  struct installed {
    system_set_id set;
    system_step_id step;
  };

  system_step_id add(layer_id layer, system_set_id set, bool chained) {
    graft_tree::system_step made{layer, system_step_id::none, {}};
    system_set_id held = sets_.of(layer);
    if (chained) {
      for (const installed& other : on_[layer]) {
        if (sets_.size(other.set) > sets_.size(held) && sets_.includes(set, other.set)) {
          made.below = other.step;
          held = other.set;
        }
      }
    }
    made.depexts = sets_.difference(set, held);
    const system_step_id step = tree_.system_steps.next();
    on_[layer].push_back({set, step});
    tree_.system_steps.push_back(std::move(made));
    return step;
  }

  using place = std::tuple<layer_id, std::size_t, system_set_id>;  // with the size of the set

  const system_sets& sets_;
  std::map<place, system_step_id> systems_;  // smaller sets first, so that one finds its subsets
  std::map<layer_id, std::vector<installed>> on_;
  graft_tree tree_;
};

}  // namespace plan_impl

OPAMPLAN_INLINE void assemble_merge(const layer_graph& layers, const graft_costs& costs,
                                    const std::vector<char>& compilers, std::size_t depth_limit,
                                    std::span<const plan* const> like, plan& out) {
  const plan_impl::system_sets sets(layers, costs.depexts);
  const auto fits = [&](const graft_tree& tree) {
    return depth_limit == 0 || plan_impl::depth_of(layers, tree) <= depth_limit;
  };
  const index_vector<layer_id, layer_id> below = plan_impl::layers_below(layers, costs, compilers);
  graft_tree tree = plan_impl::merge_tree(below, sets, true).get();
  if (!fits(tree)) {
    const index_vector<layer_id, layer_id> base(layers.size());
    tree = plan_impl::merge_tree(base, sets, false).get();
  }
  if (!like.empty()) {
    graft_tree kept = plan_impl::origin_keeper(layers, costs.depexts, like).keep(tree, false);
    if (fits(kept)) tree = std::move(kept);
  }
  plan_impl::step_writer(layers, costs.depexts, tree, out).run();
}

OPAMPLAN_INLINE std::vector<bool> ordinary_steps(const plan& p) {
  std::vector<bool> ordinary(p.steps.size(), false);
  for (const step_id s : p.steps.indices()) {
    if (p.steps[s].installs.empty()) ordinary[s] = true;
    if (p.steps[s].parent < p.steps.size()) ordinary[p.steps[s].parent] = true;
  }
  return ordinary;
}

OPAMPLAN_INLINE std::size_t merge_room(const plan& p, const plan_step& step) {
  constexpr std::size_t own = 2;
  const std::size_t limit = p.limits.depth == 0 ? SIZE_MAX : p.limits.depth;
  const std::size_t below = own + (step.parent == step_id::none ? 0 : p.steps[step.parent].depth);
  return limit > below ? limit - below : 0;
}

}  // namespace opamplan
