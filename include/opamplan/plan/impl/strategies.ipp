/// \file
/// The strategies that install closures one layer after the other.
#pragma once

#include <algorithm>
#include <iterator>
#include <string>
#include <tuple>
#include <utility>

#include "opamplan/base/config.hpp"
#include "opamplan/closure/closure.hpp"
#include "opamplan/plan/impl/system_sets.hpp"
#include "opamplan/plan/prefix_tree.hpp"
#include "opamplan/plan/strategies.hpp"

namespace opamplan {
namespace plan_impl {

/// A run of layers installed one after the other, with nothing branching off in between.
struct layer_run {
  index<layer_run> parent;  // an earlier run
  std::vector<layer_id> layers;
  std::size_t groups = 0;  // steps it is cut into; 0: as many as layers
};

using run_id = index<layer_run>;

/// A forest of runs, parents first, and where targets end: always at the end of a run.
struct run_forest {
  index_vector<run_id, layer_run> runs;
  index_vector<target_id, run_id> ends;
};

/// Copies a run into its children, which then stand on its parent: fewer runs on the paths below,
/// its layers installed once a child.
inline void push_down(run_forest& f, run_id pushed) {
  for (std::size_t r = pushed + 1; r < f.runs.size(); ++r) {
    layer_run& child = f.runs[r];
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
  for (const layer_run& r : f.runs) {
    if (r.parent != run_id::none) ++children[r.parent];
  }
  for (const run_id end : f.ends) {
    while (true) {
      std::size_t length = 1;
      run_id cheapest;
      const auto cost = [&](run_id r) { return children[r] * f.runs[r].layers.size(); };
      for (run_id r = f.runs[end].parent; r != run_id::none; r = f.runs[r].parent, ++length) {
        if (cheapest == run_id::none || cost(r) < cost(cheapest)) cheapest = r;
      }
      if (length <= depth_limit) break;
      push_down(f, cheapest);
      if (f.runs[cheapest].parent != run_id::none)
        children[f.runs[cheapest].parent] += children[cheapest];
      children[cheapest] = 0;
    }
  }
  // Runs that were pushed down are needed only where targets end.
  std::vector<bool> needed(f.runs.size(), false);
  for (const run_id end : f.ends) needed[end] = true;
  for (std::size_t r = f.runs.size(); r-- > 0;) {
    if (needed[r] && f.runs[r].parent != run_id::none) needed[f.runs[r].parent] = true;
  }
  index_vector<run_id, run_id> place(f.runs.size());
  index_vector<run_id, layer_run> kept;
  for (const run_id r : f.runs.indices()) {
    if (!needed[r]) continue;
    place[r] = kept.next();
    kept.push_back(std::move(f.runs[r]));
    if (kept.back().parent != run_id::none) kept.back().parent = place[kept.back().parent];
  }
  f.runs = std::move(kept);
  for (run_id& end : f.ends) end = place[end];
}

/// Cuts runs into fewer groups until no path is deeper than the limit, leaves first.
inline void limit_depth(run_forest& f, std::size_t depth_limit) {
  if (depth_limit != 0) limit_runs(f, depth_limit);
  for (layer_run& r : f.runs) r.groups = r.layers.size();
  if (depth_limit == 0) return;
  for (const run_id end : f.ends) {
    std::size_t depth = 0;
    for (run_id r = end; r != run_id::none; r = f.runs[r].parent) depth += f.runs[r].groups;
    for (run_id r = end; r != run_id::none && depth > depth_limit; r = f.runs[r].parent) {
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
  index_vector<run_id, step_id> last_step(f.runs.size());
  for (const run_id r : f.runs.indices()) {
    step_id parent = f.runs[r].parent == run_id::none ? step_id::none : last_step[f.runs[r].parent];
    std::size_t next = 0;
    for (const std::size_t size : group_sizes(f.runs[r].layers.size(), f.runs[r].groups)) {
      const step_id added = out.steps.next();
      plan_step step;
      step.parent = parent;
      step.depth = parent == step_id::none ? 1 : out.steps[parent].depth + 1;
      sha256 hash;
      if (parent != step_id::none) hash.add(out.steps[parent].key);
      for (std::size_t i = 0; i < size; ++i, ++next) {
        const layer_id layer = f.runs[r].layers[next];
        step.installs.push_back(layer);
        hash.add(layers.layers[layer].key);
      }
      step.key = hash.finish();
      step.depexts = depexts.missing(parent, step.installs);
      out.steps.push_back(std::move(step));
      parent = added;
    }
    last_step[r] = parent;
  }
  for (const target_id t : f.ends.indices()) {
    const auto& target = layers.targets[t];
    out.targets.push_back({target.package, target.layer, last_step[f.ends[t]]});
  }
}

inline std::vector<layer_id> with_itself(const layer_graph& layers, layer_id layer) {
  const auto row = layers.closures[layer];
  std::vector<layer_id> all(row.begin(), row.end());
  all.push_back(layer);
  return all;
}

}  // namespace plan_impl

OPAMPLAN_INLINE void assemble_chain(const layer_graph& layers, std::size_t depth_limit, plan& out) {
  plan_impl::run_forest forest;
  for (const auto& target : layers.targets) {
    // The closure with positions of its own, for the level order by full name.
    const auto members = plan_impl::with_itself(layers, target.layer);
    adjacency graph;
    std::vector<std::string> names;
    for (const layer_id l : members) {
      for (const layer_id d : layers.layers[l].needs) {
        graph.values.push_back(static_cast<std::uint32_t>(
            std::lower_bound(members.begin(), members.end(), d) - members.begin()));
      }
      graph.close_row();
      names.push_back(out.packages[layers.layers[l].packages.front()].full_name());
    }
    closure c;
    c.dependencies = std::move(graph);
    c.packages.resize(members.size());
    plan_impl::layer_run r;
    for (const std::uint32_t p : order_of(c, install_order::levels, names)) {
      r.layers.push_back(members[p]);
    }
    forest.ends.push_back(forest.runs.next());
    forest.runs.push_back(std::move(r));
  }
  plan_impl::limit_depth(forest, depth_limit);
  plan_impl::emit_runs(layers, forest, out);
}

OPAMPLAN_INLINE void assemble_prefix(const layer_graph& layers, std::size_t depth_limit,
                                     plan& out) {
  adjacency sets;
  for (const auto& t : layers.targets) {
    for (const layer_id l : plan_impl::with_itself(layers, t.layer))
      sets.values.push_back(l.value());
    sets.close_row();
  }
  const prefix_tree tree = share_prefixes(sets);
  plan_impl::run_forest forest;
  // A run for each node, of the same number. Layers are topological, and no closure is empty.
  const auto run_of = [](prefix_tree::node_id n) {
    return n == prefix_tree::node_id::none ? plan_impl::run_id::none : plan_impl::run_id(n.value());
  };
  for (const prefix_tree::node& node : tree.nodes) {
    forest.runs.push_back({run_of(node.parent), {node.items.begin(), node.items.end()}, 0});
  }
  for (const prefix_tree::node_id end : tree.ends) forest.ends.push_back(run_of(end));
  plan_impl::limit_depth(forest, depth_limit);
  plan_impl::emit_runs(layers, forest, out);
}

}  // namespace opamplan
