/// \file
/// Letting layers stand where they stood in earlier plans.
#pragma once

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "opamplan/plan/graft.hpp"

namespace opamplan::plan_impl {

/// Takes over, for the layers of this plan that earlier plans of the same strategy have too, the
/// images that they stand on there. What a layer needs is part of its key, so all that is below it
/// is here too; which system steps are worth making is not, that depends on all layers of a plan.
class origin_keeper {
 public:
  origin_keeper(const layer_graph& layers, std::span<const std::vector<std::string>> depexts,
                std::span<const plan* const> earlier)
      : layers_(layers), depexts_(depexts), kept_(layers.size()), places_(layers.size()) {
    for (const layer_id l : layers.layers.indices()) here_.emplace(layers.layers[l].key, l);
    for (const plan* p : earlier) {
      for (const plan_step& step : p->steps) {
        if (step.installs.empty()) continue;
        const auto found = here_.find(p->layers[step.installs.back()].key);
        if (found == here_.end() || kept_[found->second] != 0) continue;
        std::optional<place> at = place_in(*p, step);
        if (!at || !is_of(found->second, *at)) continue;
        kept_[found->second] = 1;
        places_[found->second] = std::move(*at);
      }
    }
  }

  /// The tree as it was chosen, but for the layers whose places are kept. `fold`: system steps that
  /// are left with one layer on them are that layer's own work, unless an earlier plan has them.
  [[nodiscard]] graft_tree keep(const graft_tree& chosen, bool fold) {
    std::map<std::pair<layer_id, std::set<std::string>>, std::vector<installed>> known;
    for (const layer_id l : layers_.layers.indices()) {
      if (kept_[l] == 0) continue;
      for (place at = places_[l]; !at.systems.empty(); at.systems.pop_back()) {
        known.try_emplace({at.layer, all_of(at)}, at.systems);
      }
    }
    for (const layer_id l : layers_.layers.indices()) {
      if (kept_[l] != 0) continue;
      place at = place_in(chosen, chosen.origins[l]);
      const auto same = known.find({at.layer, all_of(at)});
      if (same != known.end()) at.systems = same->second;
      places_[l] = std::move(at);
    }
    if (fold) fold_steps();
    return written();
  }

 private:
  using installed = std::vector<std::string>;  // by one system step

  /// The image of a layer, and the system steps on it, the lowest first.
  struct place {
    layer_id layer;
    std::vector<installed> systems;
    friend bool operator<(const place& a, const place& b) {
      return std::tie(a.layer, a.systems) < std::tie(b.layer, b.systems);
    }
  };

  /// Where a step of an earlier plan stands, if that is a layer of this plan.
  [[nodiscard]] std::optional<place> place_in(const plan& p, const plan_step& step) const {
    place found;
    step_id at = step.parent;
    for (; at != step_id::none && p.steps[at].installs.empty(); at = p.steps[at].parent) {
      found.systems.push_back(p.steps[at].depexts);
    }
    std::ranges::reverse(found.systems);
    if (at == step_id::none) return found;
    const auto layer = here_.find(p.layers[p.steps[at].installs.back()].key);
    if (layer == here_.end()) return std::nullopt;
    found.layer = layer->second;
    return found;
  }

  /// Whether an image has nothing that a layer does not need: plans can be edited.
  [[nodiscard]] bool is_of(layer_id l, const place& at) const {
    const auto closure = layers_.closures[l];
    if (at.layer != layer_id::none && !std::ranges::binary_search(closure, at.layer)) return false;
    std::set<std::string> missing = all_of(at);
    const auto remove = [&](layer_id d) {
      for (const std::string& name : depexts_[d]) missing.erase(name);
    };
    remove(l);
    for (const layer_id d : closure) {
      if (missing.empty()) break;
      remove(d);
    }
    return missing.empty();
  }

  static place place_in(const graft_tree& tree, const graft_tree::origin& origin) {
    place found{origin.layer, {}};
    for (system_step_id s = origin.system; s != system_step_id::none;
         s = tree.system_steps[s].below) {
      found.systems.push_back(tree.system_steps[s].depexts);
    }
    std::ranges::reverse(found.systems);
    return found;
  }

  static std::set<std::string> all_of(const place& at) {
    std::set<std::string> all;
    for (const installed& each : at.systems) all.insert(each.begin(), each.end());
    return all;
  }

  /// Steps that stand on each system step, and whether an earlier plan has it.
  struct use {
    std::size_t steps = 0;
    bool kept = false;
  };

  void fold_steps() {
    std::map<place, use> uses;
    for (const layer_id l : layers_.layers.indices()) {
      place at = places_[l];
      bool fresh = true;  // the system step below is one that nothing stood on before
      while (!at.systems.empty()) {
        use& of = uses[at];
        if (fresh) ++of.steps;
        fresh = of.steps == 1 && fresh;
        of.kept = of.kept || kept_[l] != 0;
        at.systems.pop_back();
      }
    }
    for (const layer_id l : layers_.layers.indices()) {
      if (kept_[l] != 0) continue;
      place& at = places_[l];
      while (!at.systems.empty()) {
        const use& of = uses.at(at);
        if (of.kept || of.steps > 1) break;
        at.systems.pop_back();
      }
    }
  }

  [[nodiscard]] graft_tree written() const {
    graft_tree tree;
    std::map<place, system_step_id> steps;
    const auto step_of = [&](const place& whole) {
      place at{whole.layer, {}};
      system_step_id below;
      for (const installed& each : whole.systems) {
        at.systems.push_back(each);
        const auto [found, fresh] = steps.try_emplace(at, tree.system_steps.next());
        if (fresh) tree.system_steps.push_back({at.layer, below, each});
        below = found->second;
      }
      return below;
    };
    tree.origins.resize(layers_.size());
    for (const layer_id l : layers_.layers.indices()) {
      tree.origins[l] = {places_[l].layer, step_of(places_[l])};
    }
    return tree;
  }

  const layer_graph& layers_;
  std::span<const std::vector<std::string>> depexts_;  // by layer
  std::map<digest, layer_id> here_;
  index_vector<layer_id, char> kept_;
  index_vector<layer_id, place> places_;
};

/// Of the deepest step.
inline std::size_t depth_of(const layer_graph& layers, const graft_tree& tree) {
  index_vector<layer_id, std::size_t> depth(layers.size());
  std::size_t deepest = 0;
  for (const layer_id l : layers.layers.indices()) {
    const auto& [layer, system] = tree.origins[l];
    depth[l] = layer == layer_id::none ? 1 : depth[layer] + 1;
    for (system_step_id s = system; s != system_step_id::none; s = tree.system_steps[s].below) {
      ++depth[l];
    }
    deepest = std::max(deepest, depth[l]);
  }
  return deepest;
}

}  // namespace opamplan::plan_impl
