/// \file
/// Choosing parents and system steps.
#pragma once

#include <algorithm>
#include <iterator>
#include <map>
#include <span>
#include <tuple>
#include <utility>

#include "opamplan/base/config.hpp"
#include "opamplan/plan/graft.hpp"
#include "opamplan/plan/impl/common_layers.hpp"
#include "opamplan/plan/impl/kept_origins.hpp"
#include "opamplan/plan/impl/step_writer.hpp"
#include "opamplan/plan/impl/system_sets.hpp"

namespace opamplan {
namespace plan_impl {

/// A system step as it is chosen: `set` installed on the image of `layer`.
struct system_choice {
  layer_id layer;
  system_step_id below;  // the system step on the same layer that it stands on
  system_set_id set;
};

class parent_chooser {
 public:
  parent_chooser(const layer_graph& layers, const graft_costs& costs)
      : layers_(layers),
        costs_(costs),
        sets_(layers, costs.depexts),
        image_(image_sizes(layers, costs.sizes)),
        system_of_(layers.size()) {
    for (const std::uint64_t size : image_) largest_ = std::max(largest_, size);
    choose_system_steps();
  }

  struct choice {
    index_vector<layer_id, graft_tree::origin> origins;
    std::uint64_t cost = 0;
    std::size_t depth = 0;  // of the deepest
  };

  /// Each layer, dependencies first, takes the origin of the least cost, where a step of depth
  /// costs `price` bytes; `limit` 0: as deep as it comes.
  [[nodiscard]] choice choose(std::uint64_t price, std::size_t limit) const {
    choice result;
    result.origins.resize(layers_.size());
    std::vector<std::size_t> depth(layers_.size(), 1);
    for (const layer_id l : layers_.layers.indices()) {
      candidate best = weigh(l, layer_id::none, price, depth);
      const auto consider = [&](layer_id d) {
        const candidate c = weigh(l, d, price, depth);
        if (c < best) best = c;
      };
      // Every other layer of the closure is in the closure of a need, which is never the more
      // expensive of the two: only depth can speak for one further down.
      bool all_fit = price == 0;
      for (const layer_id d : layers_.layers[l].needs) {
        if (limit == 0 || depth[d] < limit) {
          consider(d);
        } else {
          all_fit = false;
        }
      }
      if (!all_fit) {
        for (const layer_id d : layers_.closures[l]) {
          if (limit == 0 || depth[d] < limit) consider(d);
        }
      }
      if (system_of_[l] != system_step_id::none) {
        const candidate c = weigh_system(l, price, depth);
        if (c < best && (limit == 0 || c.depth <= limit)) best = c;
      }
      result.origins[l] = best.from;
      result.cost += best.bytes;
      depth[l] = best.depth;
      result.depth = std::max(result.depth, best.depth);
    }
    return result;
  }

  /// Bytes of the largest image.
  [[nodiscard]] std::uint64_t largest() const noexcept { return largest_; }

  /// The result, with the system steps that something stands on.
  [[nodiscard]] graft_tree tree(choice chosen) {
    const std::vector<bool> used = fold(chosen);
    graft_tree result;
    index_vector<system_step_id, system_step_id> place(systems_.size());
    for (const system_step_id s : systems_.indices()) {
      if (!used[s]) continue;
      const system_choice& from = systems_[s];
      place[s] = result.system_steps.next();
      const system_step_id below =
          from.below == system_step_id::none ? from.below : place[from.below];
      result.system_steps.push_back(
          {from.layer, below, sets_.difference(from.set, set_below(from))});
    }
    for (graft_tree::origin& o : chosen.origins) {
      if (o.system != system_step_id::none) o.system = place[o.system];
    }
    result.origins = std::move(chosen.origins);
    return result;
  }

 private:
  struct candidate {
    std::uint64_t weighed;
    std::size_t missing_depexts;
    std::size_t depth;
    graft_tree::origin from;
    std::uint64_t bytes;
    digest key;  // of the layer that it is on: of two that are as good all plans take the same one
    bool operator<(const candidate& o) const {
      return std::tie(weighed, missing_depexts, depth, key) <
             std::tie(o.weighed, o.missing_depexts, o.depth, o.key);
    }
  };

  [[nodiscard]] digest key_of(layer_id l) const {
    return l == layer_id::none ? digest{} : layers_.layers[l].key;
  }

  /// Bytes that a step brings in if it stands on the image of another layer.
  [[nodiscard]] std::uint64_t grafted(layer_id l, layer_id parent) const {
    return image_[l] - costs_.sizes[l] - (parent == layer_id::none ? 0 : image_[parent]);
  }

  /// What it costs to install that many system packages in one run.
  [[nodiscard]] std::uint64_t run(std::size_t packages) const {
    return packages == 0 ? 0 : costs_.system_run + costs_.depext_size * packages;
  }

  [[nodiscard]] candidate weigh(layer_id l, layer_id parent, std::uint64_t price,
                                const std::vector<std::size_t>& depth) const {
    // The parent's system packages are a subset.
    candidate c{0,
                sets_.size(sets_.of(l)) - sets_.size(sets_.of(parent)),
                parent == layer_id::none ? 1 : depth[parent] + 1,
                {parent, system_step_id::none},
                grafted(l, parent),
                key_of(parent)};
    c.bytes += run(c.missing_depexts);
    c.weighed = c.bytes + price * c.depth;
    return c;
  }

  [[nodiscard]] candidate weigh_system(layer_id l, std::uint64_t price,
                                       const std::vector<std::size_t>& depth) const {
    const system_step_id system = system_of_[l];
    const layer_id layer = systems_[system].layer;
    candidate c{0,
                0,
                layer == layer_id::none ? 1 : depth[layer] + 1,
                {layer, system},
                grafted(l, layer),
                key_of(layer)};
    for (system_step_id s = system; s != system_step_id::none; s = systems_[s].below) ++c.depth;
    c.weighed = c.bytes + price * c.depth;
    return c;
  }

  /// A system step on which only one step stands is that step's own work. Returns which are left.
  [[nodiscard]] std::vector<bool> fold(choice& chosen) {
    struct users {
      std::size_t count = 0;
      layer_id layer;         // the last of them...
      system_step_id system;  // ...if it is one or the other
    };
    index_vector<system_step_id, users> of(systems_.size());
    for (const layer_id l : layers_.layers.indices()) {
      const system_step_id s = chosen.origins[l].system;
      if (s != system_step_id::none) of[s] = {of[s].count + 1, l, system_step_id::none};
    }
    std::vector<bool> used(systems_.size(), false);
    for (std::size_t i = systems_.size(); i-- > 0;) {
      const system_step_id s(i);
      if (of[s].count == 0) continue;
      const system_step_id below = systems_[s].below;
      used[s] = of[s].count > 1;
      users on_top = of[s];
      if (used[s]) {
        on_top = {1, layer_id::none, s};
      } else if (on_top.layer != layer_id::none) {
        chosen.origins[on_top.layer].system = below;
      } else {
        systems_[on_top.system].below = below;
      }
      if (below == system_step_id::none) continue;
      of[below] = {of[below].count + 1, on_top.layer, on_top.system};
    }
    return used;
  }

  [[nodiscard]] system_set_id set_below(const system_choice& s) const {
    return s.below == system_step_id::none ? sets_.of(s.layer) : systems_[s.below].set;
  }

  void choose_system_steps() {
    // For layers with system packages, those with fewer of them.
    const auto common = common_layers(layers_, image_, [&](layer_id l, layer_id d) {
      return sets_.of(l) != system_sets::empty && sets_.of(d) != sets_.of(l);
    });
    // By size of the set, so that a set finds its subsets; then by what is below, and number.
    using place = std::tuple<std::size_t, layer_id, system_set_id>;
    std::map<place, std::vector<layer_id>> groups;
    for (const layer_id l : layers_.layers.indices()) {
      const system_set_id set = sets_.of(l);
      if (set != system_sets::empty) groups[{sets_.size(set), common[l], set}].push_back(l);
    }
    const std::vector<std::size_t> no_depth(layers_.size(), 0);
    const auto without = [&](layer_id l) {
      std::uint64_t least = weigh(l, layer_id::none, 0, no_depth).bytes;
      for (const layer_id d : layers_.layers[l].needs) {
        least = std::min(least, weigh(l, d, 0, no_depth).bytes);
      }
      return least;
    };
    std::map<layer_id, std::vector<system_step_id>> on;  // system steps by layer
    for (const auto& [where, members] : groups) {
      const auto [size, layer, set] = where;
      std::uint64_t saved = 0;
      std::vector<layer_id> users;
      for (const layer_id l : members) {
        const std::uint64_t before = without(l);
        const std::uint64_t after = grafted(l, layer);
        if (after >= before) continue;
        saved += before - after;
        users.push_back(l);
      }
      if (saved == 0) continue;
      system_choice made{layer, system_step_id::none, set};
      for (const system_step_id other : on[layer]) {
        if (sets_.includes(set, systems_[other].set) &&
            sets_.size(systems_[other].set) > sets_.size(set_below(made))) {
          made.below = other;
        }
      }
      if (saved <= run(size - sets_.size(set_below(made)))) continue;
      const system_step_id number = systems_.next();
      systems_.push_back(made);
      on[layer].push_back(number);
      for (const layer_id l : users) system_of_[l] = number;
    }
  }

  const layer_graph& layers_;
  const graft_costs& costs_;
  system_sets sets_;
  std::vector<std::uint64_t> image_;                     // bytes of the closure and the layer
  index_vector<system_step_id, system_choice> systems_;  // what they stand on comes first
  index_vector<layer_id, system_step_id> system_of_;     // the one that would save something
  std::uint64_t largest_ = 0;
};

inline graft_tree best_tree(const layer_graph& layers, const graft_costs& costs,
                            std::size_t depth_limit) {
  parent_chooser chooser(layers, costs);
  auto best = chooser.choose(0, 0);
  if (depth_limit == 0 || best.depth <= depth_limit) return chooser.tree(std::move(best));
  // The bound holds something back. A price on depth keeps layers shallow that others stand on;
  // which price is best cannot be known without trying.
  best = chooser.choose(0, depth_limit);
  for (std::uint64_t price = 1; price <= chooser.largest(); price *= 2) {
    auto other = chooser.choose(price, depth_limit);
    if (other.cost < best.cost) best = std::move(other);
    if (price > chooser.largest() / 2) break;  // before it overflows
  }
  return chooser.tree(std::move(best));
}

}  // namespace plan_impl

OPAMPLAN_INLINE graft_tree choose_parents(const layer_graph& layers, const graft_costs& costs,
                                          std::size_t depth_limit,
                                          std::span<const plan* const> like) {
  graft_tree best = plan_impl::best_tree(layers, costs, depth_limit);
  if (like.empty()) return best;
  graft_tree kept = plan_impl::origin_keeper(layers, costs.depexts, like).keep(best, true);
  const bool fits = depth_limit == 0 || plan_impl::depth_of(layers, kept) <= depth_limit;
  return fits ? kept : best;
}

OPAMPLAN_INLINE void assemble_graft(const layer_graph& layers, const graft_costs& costs,
                                    std::size_t depth_limit, std::span<const plan* const> like,
                                    plan& out) {
  const graft_tree tree = choose_parents(layers, costs, depth_limit, like);
  plan_impl::step_writer(layers, costs.depexts, tree, out).run();
}

}  // namespace opamplan
