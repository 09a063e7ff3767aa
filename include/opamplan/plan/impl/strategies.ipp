/// \file
/// The strategies.
#pragma once

#include <algorithm>
#include <iterator>
#include <string>
#include <tuple>
#include <utility>

#include "opamplan/closure/closure.hpp"
#include "opamplan/config.hpp"
#include "opamplan/plan/prefix_tree.hpp"
#include "opamplan/plan/strategies.hpp"

namespace opamplan {
namespace strategy_detail {

/// System packages of an image, kept by step so that a step lists only what its parent lacks.
class depext_book {
 public:
  explicit depext_book(std::span<const std::vector<std::string>> by_layer) : by_layer_(by_layer) {}

  /// What the layers `brought` need beyond the parent's image; remembers the result for the new
  /// step.
  std::vector<std::string> missing(std::uint32_t parent,
                                   const std::vector<std::uint32_t>& brought) {
    static const std::vector<std::string> none;
    const auto& have = parent == no_step ? none : images_[parent];
    std::vector<std::string> wanted;
    for (const std::uint32_t l : brought) {
      const auto& depexts = by_layer_[l];
      wanted.insert(wanted.end(), depexts.begin(), depexts.end());
    }
    std::sort(wanted.begin(), wanted.end());
    wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
    std::vector<std::string> result;
    std::set_difference(wanted.begin(), wanted.end(), have.begin(), have.end(),
                        std::back_inserter(result));
    std::vector<std::string> image;
    std::set_union(wanted.begin(), wanted.end(), have.begin(), have.end(),
                   std::back_inserter(image));
    images_.push_back(std::move(image));
    return result;
  }

 private:
  std::span<const std::vector<std::string>> by_layer_;
  std::vector<std::vector<std::string>> images_;
};

/// The system packages of each layer, sorted.
inline std::vector<std::vector<std::string>> layer_depexts(const layer_graph& layers,
                                                           const plan& p) {
  std::vector<std::vector<std::string>> all;
  all.reserve(layers.size());
  for (const plan_layer& layer : layers.layers) {
    auto& names = all.emplace_back();
    for (const std::uint32_t package : layer.packages) {
      const auto& more = p.packages[package].depexts;
      names.insert(names.end(), more.begin(), more.end());
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
  }
  return all;
}

/// A run of layers installed one after the other, with nothing branching off in between.
struct run {
  std::uint32_t parent = no_step;  // another run
  std::vector<std::uint32_t> layers;
  std::size_t groups = 0;  // steps it is cut into; 0: as many as layers
};

/// A forest of runs, parents first, and where targets end: always at the end of a run.
struct run_forest {
  std::vector<run> runs;
  std::vector<std::uint32_t> ends;  // run, by target
};

/// Copies a run into its children, which then stand on its parent: fewer runs on the paths below,
/// its layers installed once a child.
inline void push_down(run_forest& f, std::uint32_t pushed) {
  for (std::uint32_t r = pushed + 1; r < f.runs.size(); ++r) {
    run& child = f.runs[r];
    if (child.parent != pushed) continue;
    child.parent = f.runs[pushed].parent;
    child.layers.insert(child.layers.begin(), f.runs[pushed].layers.begin(),
                        f.runs[pushed].layers.end());
  }
}

/// Makes every path one of at most `depth_limit` runs: while one is longer, the inner run whose
/// layers are cheapest to repeat is pushed down. Rare: 43 runs is the longest path of
/// opam-repository.
inline void limit_runs(run_forest& f, std::size_t depth_limit) {
  std::vector<std::size_t> children(f.runs.size(), 0);
  for (const run& r : f.runs) {
    if (r.parent != no_step) ++children[r.parent];
  }
  for (const std::uint32_t end : f.ends) {
    while (true) {
      std::size_t length = 1;
      std::uint32_t cheapest = no_step;
      const auto cost = [&](std::uint32_t r) { return children[r] * f.runs[r].layers.size(); };
      for (std::uint32_t r = f.runs[end].parent; r != no_step; r = f.runs[r].parent, ++length) {
        if (cheapest == no_step || cost(r) < cost(cheapest)) cheapest = r;
      }
      if (length <= depth_limit) break;
      push_down(f, cheapest);
      if (f.runs[cheapest].parent != no_step)
        children[f.runs[cheapest].parent] += children[cheapest];
      children[cheapest] = 0;
    }
  }
  // Runs that were pushed down are needed only where targets end.
  std::vector<bool> needed(f.runs.size(), false);
  for (const std::uint32_t end : f.ends) needed[end] = true;
  for (std::size_t r = f.runs.size(); r-- > 0;) {
    if (needed[r] && f.runs[r].parent != no_step) needed[f.runs[r].parent] = true;
  }
  std::vector<std::uint32_t> place(f.runs.size(), no_step);
  std::vector<run> kept;
  for (std::size_t r = 0; r < f.runs.size(); ++r) {
    if (!needed[r]) continue;
    place[r] = static_cast<std::uint32_t>(kept.size());
    kept.push_back(std::move(f.runs[r]));
    if (kept.back().parent != no_step) kept.back().parent = place[kept.back().parent];
  }
  f.runs = std::move(kept);
  for (std::uint32_t& end : f.ends) end = place[end];
}

/// Cuts runs into fewer groups until no path is deeper than the limit, leaves first.
inline void limit_depth(run_forest& f, std::size_t depth_limit) {
  if (depth_limit != 0) limit_runs(f, depth_limit);
  for (run& r : f.runs) r.groups = r.layers.size();
  if (depth_limit == 0) return;
  for (const std::uint32_t end : f.ends) {
    std::size_t depth = 0;
    for (std::uint32_t r = end; r != no_step; r = f.runs[r].parent) depth += f.runs[r].groups;
    for (std::uint32_t r = end; r != no_step && depth > depth_limit; r = f.runs[r].parent) {
      const std::size_t cut = std::min(f.runs[r].groups - 1, depth - depth_limit);
      f.runs[r].groups -= cut;
      depth -= cut;
    }
  }
}

/// Sizes of `groups` groups of `count` things: ones first, the rest spread over the end.
inline std::vector<std::size_t> group_sizes(std::size_t count, std::size_t groups) {
  std::vector<std::size_t> sizes(groups, 1);
  for (std::size_t left = count - groups, i = groups; left > 0; --left) {
    ++sizes[--i];
    if (i == 0) i = groups;
  }
  return sizes;
}

inline void emit_runs(const layer_graph& layers, const run_forest& f, plan& out) {
  const auto by_layer = layer_depexts(layers, out);
  depext_book depexts(by_layer);
  std::vector<std::uint32_t> last_step(f.runs.size(), no_step);
  for (std::uint32_t r = 0; r < f.runs.size(); ++r) {
    std::uint32_t parent = f.runs[r].parent == no_step ? no_step : last_step[f.runs[r].parent];
    std::size_t next = 0;
    for (const std::size_t size : group_sizes(f.runs[r].layers.size(), f.runs[r].groups)) {
      const auto index = static_cast<std::uint32_t>(out.steps.size());
      plan_step step;
      step.parent = parent;
      step.depth = parent == no_step ? 1 : out.steps[parent].depth + 1;
      sha256 hash;
      if (parent != no_step) hash.add(out.steps[parent].key);
      for (std::size_t i = 0; i < size; ++i, ++next) {
        const std::uint32_t layer = f.runs[r].layers[next];
        step.installs.push_back(layer);
        hash.add(layers.layers[layer].key);
      }
      step.key = hash.finish();
      step.depexts = depexts.missing(parent, step.installs);
      out.steps.push_back(std::move(step));
      parent = index;
    }
    last_step[r] = parent;
  }
  for (std::uint32_t t = 0; t < f.ends.size(); ++t) {
    const auto& target = layers.targets[t];
    out.targets.push_back({target.package, target.layer, last_step[f.ends[t]]});
  }
}

inline std::vector<std::uint32_t> with_itself(const layer_graph& layers, std::uint32_t layer) {
  const auto row = layers.closures[layer];
  std::vector<std::uint32_t> all(row.begin(), row.end());
  all.push_back(layer);
  return all;
}

class parent_chooser {
 public:
  parent_chooser(const layer_graph& layers, const graft_costs& costs)
      : layers_(layers), costs_(costs), image_(layers.size()), depexts_(layers.size()) {
    for (std::uint32_t l = 0; l < layers.size(); ++l) {
      image_[l] = costs.sizes[l];
      auto& names = depexts_[l];
      const auto add = [&](std::uint32_t d) {
        for (const std::string& name : costs_.depexts[d]) names.push_back(name);
      };
      add(l);
      for (const std::uint32_t d : layers.closures[l]) {
        image_[l] += costs.sizes[d];
        if (!costs_.depexts[d].empty()) add(d);
      }
      std::sort(names.begin(), names.end());
      names.erase(std::unique(names.begin(), names.end()), names.end());
      largest_ = std::max(largest_, image_[l]);
    }
  }

  struct choice {
    std::vector<std::uint32_t> parents;
    std::uint64_t cost = 0;
    std::size_t depth = 0;  // of the deepest
  };

  /// Each layer, dependencies first, takes the parent of the least cost, where a step of depth
  /// costs `price` bytes; `limit` 0: as deep as it comes.
  [[nodiscard]] choice choose(std::uint64_t price, std::size_t limit) const {
    choice result;
    result.parents.assign(layers_.size(), no_step);
    std::vector<std::size_t> depth(layers_.size(), 1);
    for (std::uint32_t l = 0; l < layers_.size(); ++l) {
      candidate best = weigh(l, no_step, price, depth);
      const auto consider = [&](std::uint32_t d) {
        const candidate c = weigh(l, d, price, depth);
        if (c < best) best = c;
      };
      // Every other layer of the closure is in the closure of a need, which is never the more
      // expensive of the two: only depth can speak for one further down.
      bool all_fit = price == 0;
      for (const std::uint32_t d : layers_.layers[l].needs) {
        if (limit == 0 || depth[d] < limit) {
          consider(d);
        } else {
          all_fit = false;
        }
      }
      if (!all_fit) {
        for (const std::uint32_t d : layers_.closures[l]) {
          if (limit == 0 || depth[d] < limit) consider(d);
        }
      }
      result.parents[l] = best.parent;
      result.cost += best.bytes;
      depth[l] = best.depth;
      result.depth = std::max(result.depth, best.depth);
    }
    return result;
  }

  /// Bytes of the largest image.
  [[nodiscard]] std::uint64_t largest() const noexcept { return largest_; }

 private:
  struct candidate {
    std::uint64_t weighed;
    std::size_t missing_depexts;
    std::size_t depth;
    std::uint32_t parent;
    std::uint64_t bytes;
    bool operator<(const candidate& o) const {
      return std::tie(weighed, missing_depexts, depth, parent) <
             std::tie(o.weighed, o.missing_depexts, o.depth, o.parent);
    }
  };

  [[nodiscard]] candidate weigh(std::uint32_t l, std::uint32_t parent, std::uint64_t price,
                                const std::vector<std::size_t>& depth) const {
    candidate c{0, depexts_[l].size(), 1, parent, image_[l] - costs_.sizes[l]};
    if (parent != no_step) {
      c.bytes -= image_[parent];
      c.depth = depth[parent] + 1;
      c.missing_depexts -= depexts_[parent].size();  // the parent's are a subset
    }
    c.bytes += costs_.depext_size * c.missing_depexts;
    c.weighed = c.bytes + price * c.depth;
    return c;
  }

  const layer_graph& layers_;
  const graft_costs& costs_;
  std::vector<std::uint64_t> image_;               // bytes of the closure and the layer
  std::vector<std::vector<std::string>> depexts_;  // of the closure and the layer
  std::uint64_t largest_ = 0;
};

}  // namespace strategy_detail

OPAMPLAN_INLINE std::vector<std::uint32_t> choose_parents(const layer_graph& layers,
                                                          const graft_costs& costs,
                                                          std::size_t depth_limit) {
  strategy_detail::parent_chooser chooser(layers, costs);
  auto best = chooser.choose(0, 0);
  if (depth_limit == 0 || best.depth <= depth_limit) return best.parents;
  // The bound holds something back. A price on depth keeps layers shallow that others stand on;
  // which price is best cannot be known without trying.
  best = chooser.choose(0, depth_limit);
  for (std::uint64_t price = 1; price <= chooser.largest(); price *= 2) {
    auto other = chooser.choose(price, depth_limit);
    if (other.cost < best.cost) best = std::move(other);
    if (price > chooser.largest() / 2) break;  // before it overflows
  }
  return best.parents;
}

OPAMPLAN_INLINE void assemble_graft(const layer_graph& layers, std::size_t depth_limit,
                                    std::uint64_t depext_size, plan& out) {
  graft_costs costs;
  costs.depext_size = depext_size;
  costs.depexts = strategy_detail::layer_depexts(layers, out);
  for (const plan_layer& layer : layers.layers) {
    std::uint64_t size = 0;
    for (const std::uint32_t package : layer.packages) size += out.packages[package].size;
    costs.sizes.push_back(size);
  }
  const auto parents = choose_parents(layers, costs, depth_limit);
  strategy_detail::depext_book depexts(costs.depexts);
  out.steps.reserve(layers.size());
  for (std::uint32_t l = 0; l < layers.size(); ++l) {
    plan_step step;
    step.parent = parents[l];
    std::vector<std::uint32_t> held;
    if (step.parent != no_step) held = strategy_detail::with_itself(layers, step.parent);
    const auto all = layers.closures[l];
    std::set_difference(all.begin(), all.end(), held.begin(), held.end(),
                        std::back_inserter(step.grafts));
    step.installs = {l};
    step.depth = step.parent == no_step ? 1 : out.steps[step.parent].depth + 1;
    step.key = layers.layers[l].key;
    std::vector<std::uint32_t> brought = step.grafts;  // steps are layers here
    brought.push_back(l);
    step.depexts = depexts.missing(step.parent, brought);
    out.steps.push_back(std::move(step));
  }
  for (const auto& t : layers.targets) out.targets.push_back({t.package, t.layer, t.layer});
}

OPAMPLAN_INLINE void assemble_chain(const layer_graph& layers, std::size_t depth_limit, plan& out) {
  strategy_detail::run_forest forest;
  for (std::uint32_t t = 0; t < layers.targets.size(); ++t) {
    // The closure with positions of its own, for the level order by full name.
    const auto members = strategy_detail::with_itself(layers, layers.targets[t].layer);
    adjacency graph;
    graph.offsets.push_back(0);
    std::vector<std::string> names;
    for (const std::uint32_t l : members) {
      for (const std::uint32_t d : layers.layers[l].needs) {
        graph.targets.push_back(static_cast<std::uint32_t>(
            std::lower_bound(members.begin(), members.end(), d) - members.begin()));
      }
      graph.offsets.push_back(static_cast<std::uint32_t>(graph.targets.size()));
      names.push_back(out.packages[layers.layers[l].packages.front()].full_name());
    }
    closure c;
    c.dependencies = std::move(graph);
    c.packages.resize(members.size());
    strategy_detail::run r;
    for (const std::uint32_t p : order_of(c, install_order::levels, names)) {
      r.layers.push_back(members[p]);
    }
    forest.ends.push_back(static_cast<std::uint32_t>(forest.runs.size()));
    forest.runs.push_back(std::move(r));
  }
  strategy_detail::limit_depth(forest, depth_limit);
  strategy_detail::emit_runs(layers, forest, out);
}

OPAMPLAN_INLINE void assemble_prefix(const layer_graph& layers, std::size_t depth_limit,
                                     plan& out) {
  adjacency sets;
  sets.offsets.push_back(0);
  for (const auto& t : layers.targets) {
    const auto all = strategy_detail::with_itself(layers, t.layer);
    sets.targets.insert(sets.targets.end(), all.begin(), all.end());
    sets.offsets.push_back(static_cast<std::uint32_t>(sets.targets.size()));
  }
  prefix_tree tree = share_prefixes(sets);
  strategy_detail::run_forest forest;
  for (prefix_tree::node& node : tree.nodes) {
    forest.runs.push_back({node.parent, std::move(node.items), 0});  // layer ids are topological
  }
  forest.ends = std::move(tree.ends);  // no closure is empty
  strategy_detail::limit_depth(forest, depth_limit);
  strategy_detail::emit_runs(layers, forest, out);
}

}  // namespace opamplan
