/// \file
/// The strategies.
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "opamplan/closure/closure.hpp"
#include "opamplan/config.hpp"
#include "opamplan/plan/strategies.hpp"

namespace opamplan {
namespace strategy_detail {

/// System packages of an image, kept by step so that a step lists only what its parent lacks.
class depext_book {
 public:
  explicit depext_book(const plan& p) : plan_(p) {}

  /// What `packages` need beyond the parent's image; remembers the result for the new step.
  std::vector<std::string> missing(std::uint32_t parent, const std::vector<std::uint32_t>& packages) {
    static const std::vector<std::string> none;
    const auto& have = parent == no_step ? none : images_[parent];
    std::vector<std::string> wanted;
    for (const std::uint32_t p : packages) {
      const auto& depexts = plan_.packages[p].depexts;
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
  const plan& plan_;
  std::vector<std::vector<std::string>> images_;
};

/// A run of layers installed one after the other, with nothing branching off in between.
struct run {
  std::uint32_t parent = no_step;  // another run
  std::vector<std::uint32_t> layers;
  std::size_t groups = 0;  // steps it is cut into; 0: as many as layers
};

/// A forest of runs, parents first, and where targets end: always at the end of a run.
struct run_forest {
  std::vector<run> runs;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ends;  // target, run
};

/// Cuts runs into fewer groups until no path is deeper than the limit, leaves first.
inline void limit_depth(run_forest& f, std::size_t depth_limit) {
  for (run& r : f.runs) r.groups = r.layers.size();
  if (depth_limit == 0) return;
  for (const auto& [target, end] : f.ends) {
    std::size_t depth = 0;
    for (std::uint32_t r = end; r != no_step; r = f.runs[r].parent) depth += f.runs[r].groups;
    for (std::uint32_t r = end; r != no_step && depth > depth_limit; r = f.runs[r].parent) {
      const std::size_t spare = f.runs[r].groups - std::min<std::size_t>(f.runs[r].groups, 1);
      const std::size_t cut = std::min(spare, depth - depth_limit);
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
  depext_book depexts(out);
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
        step.installs.push_back(layers.packages[layer]);
        step.for_target = step.for_target || layers.for_target[layer] != 0;
        hash.add(layers.keys[layer]);
        step.needs.push_back(layers.needs[layer]);
      }
      step.key = hash.finish();
      step.depexts = depexts.missing(parent, step.installs);
      out.steps.push_back(std::move(step));
      parent = index;
    }
    last_step[r] = parent;
  }
  for (const auto& [target, end] : f.ends) {
    out.targets.push_back({layers.targets[target].package, last_step[end]});
  }
}

inline std::vector<std::uint32_t> with_itself(const layer_graph& layers, std::uint32_t layer) {
  const auto row = layers.closures[layer];
  std::vector<std::uint32_t> all(row.begin(), row.end());
  all.push_back(layer);
  return all;
}

class trie_builder {
 public:
  explicit trie_builder(const layer_graph& layers)
      : layers_(layers), count_(layers.size(), 0) {}

  run_forest build() {
    std::vector<member> all;
    for (std::uint32_t t = 0; t < layers_.targets.size(); ++t) {
      all.push_back({t, with_itself(layers_, layers_.targets[t].layer)});
    }
    extend(no_step, std::move(all));
    return std::move(forest_);
  }

 private:
  struct member {
    std::uint32_t target;
    std::vector<std::uint32_t> rest;  // layers still to install
  };

  // Places the members below `parent`. Explicit stack: paths are as long as closures.
  void extend(std::uint32_t first_parent, std::vector<member> first) {
    std::vector<std::pair<std::uint32_t, std::vector<member>>> stack;
    stack.emplace_back(first_parent, std::move(first));
    while (!stack.empty()) {
      auto [parent, members] = std::move(stack.back());
      stack.pop_back();
      // Members that are complete end at the parent.
      const auto complete = std::stable_partition(
          members.begin(), members.end(), [](const member& m) { return !m.rest.empty(); });
      for (auto it = complete; it != members.end(); ++it) {
        forest_.ends.emplace_back(it->target, parent);
      }
      members.erase(complete, members.end());
      if (members.empty()) continue;

      const std::uint32_t best = most_needed(members);
      const auto without = std::stable_partition(
          members.begin(), members.end(), [&](const member& m) {
            return std::binary_search(m.rest.begin(), m.rest.end(), best);
          });
      std::vector<member> others(std::make_move_iterator(without),
                                 std::make_move_iterator(members.end()));
      members.erase(without, members.end());

      // All layers that every member of the branch needs are one run; in topological order.
      run r;
      r.parent = parent;
      r.layers = shared(members);
      for (member& m : members) {
        std::vector<std::uint32_t> rest;
        std::set_difference(m.rest.begin(), m.rest.end(), r.layers.begin(), r.layers.end(),
                            std::back_inserter(rest));
        m.rest = std::move(rest);
      }
      const auto index = static_cast<std::uint32_t>(forest_.runs.size());
      forest_.runs.push_back(std::move(r));
      if (!others.empty()) stack.emplace_back(parent, std::move(others));
      stack.emplace_back(index, std::move(members));
    }
  }

  // Ties go to the smaller id, which is never a dependent of the other.
  std::uint32_t most_needed(const std::vector<member>& members) {
    for (const member& m : members) {
      for (const std::uint32_t l : m.rest) ++count_[l];
    }
    std::uint32_t best = no_step;
    for (const member& m : members) {
      for (const std::uint32_t l : m.rest) {
        if (best == no_step || count_[l] > count_[best] ||
            (count_[l] == count_[best] && l < best)) {
          best = l;
        }
      }
    }
    for (const member& m : members) {
      for (const std::uint32_t l : m.rest) count_[l] = 0;
    }
    return best;
  }

  static std::vector<std::uint32_t> shared(const std::vector<member>& members) {
    std::vector<std::uint32_t> common = members[0].rest;
    for (const member& m : members) {
      std::vector<std::uint32_t> both;
      std::set_intersection(common.begin(), common.end(), m.rest.begin(), m.rest.end(),
                            std::back_inserter(both));
      common = std::move(both);
    }
    return common;
  }

  const layer_graph& layers_;
  std::vector<std::uint32_t> count_;
  run_forest forest_;
};

}  // namespace strategy_detail

OPAMPLAN_INLINE void assemble_graft(const layer_graph& layers, std::size_t depth_limit,
                                    plan& out) {
  strategy_detail::depext_book depexts(out);
  const auto size_of = [&](std::uint32_t l) { return out.packages[layers.packages[l]].size; };
  std::vector<std::uint64_t> image_size(layers.size());  // of the closure and the layer itself
  out.steps.reserve(layers.size());
  for (std::uint32_t l = 0; l < layers.size(); ++l) {
    const auto all = layers.closures[l];
    plan_step step;
    const auto fits = [&](std::uint32_t d) {
      return depth_limit == 0 || out.steps[d].depth < depth_limit;
    };
    const auto consider = [&](std::uint32_t d) {
      const bool better = step.parent == no_step || image_size[d] > image_size[step.parent] ||
                          (image_size[d] == image_size[step.parent] &&
                           out.steps[d].depth < out.steps[step.parent].depth);
      if (fits(d) && better) step.parent = d;
    };
    const auto direct = layers.dependencies[l];
    for (const std::uint32_t d : direct) consider(d);
    if (!std::all_of(direct.begin(), direct.end(), fits)) {
      for (const std::uint32_t d : all) consider(d);
    }
    for (const std::uint32_t d : all) {
      if (d == step.parent) continue;
      const bool in_parent =
          step.parent != no_step && std::binary_search(layers.closures[step.parent].begin(),
                                                       layers.closures[step.parent].end(), d);
      if (!in_parent) step.grafts.push_back(d);
    }
    image_size[l] = size_of(l);
    for (const std::uint32_t d : all) image_size[l] += size_of(d);
    step.installs = {layers.packages[l]};
    step.needs = {layers.needs[l]};
    step.depth = step.parent == no_step ? 1 : out.steps[step.parent].depth + 1;
    step.key = layers.keys[l];
    step.for_target = layers.for_target[l] != 0;
    std::vector<std::uint32_t> brought = step.installs;
    for (const std::uint32_t g : step.grafts) brought.push_back(layers.packages[g]);
    step.depexts = depexts.missing(step.parent, brought);
    out.steps.push_back(std::move(step));
  }
  for (const auto& t : layers.targets) out.targets.push_back({t.package, t.layer});
}

OPAMPLAN_INLINE void assemble_chain(const layer_graph& layers, std::size_t depth_limit,
                                    plan& out) {
  strategy_detail::run_forest forest;
  for (std::uint32_t t = 0; t < layers.targets.size(); ++t) {
    // The closure with positions of its own, for the level order by full name.
    const auto members = strategy_detail::with_itself(layers, layers.targets[t].layer);
    adjacency graph;
    graph.offsets.push_back(0);
    std::vector<std::string> names;
    for (const std::uint32_t l : members) {
      for (const std::uint32_t d : layers.dependencies[l]) {
        graph.targets.push_back(static_cast<std::uint32_t>(
            std::lower_bound(members.begin(), members.end(), d) - members.begin()));
      }
      graph.offsets.push_back(static_cast<std::uint32_t>(graph.targets.size()));
      names.push_back(out.packages[layers.packages[l]].full_name());
    }
    closure c;
    c.dependencies = std::move(graph);
    c.packages.resize(members.size());
    strategy_detail::run r;
    for (const std::uint32_t p : order_of(c, install_order::levels, names)) {
      r.layers.push_back(members[p]);
    }
    forest.ends.emplace_back(t, static_cast<std::uint32_t>(forest.runs.size()));
    forest.runs.push_back(std::move(r));
  }
  strategy_detail::limit_depth(forest, depth_limit);
  strategy_detail::emit_runs(layers, forest, out);
}

OPAMPLAN_INLINE void assemble_prefix(const layer_graph& layers, std::size_t depth_limit,
                                     plan& out) {
  auto forest = strategy_detail::trie_builder(layers).build();
  std::sort(forest.ends.begin(), forest.ends.end());
  strategy_detail::limit_depth(forest, depth_limit);
  strategy_detail::emit_runs(layers, forest, out);
}

}  // namespace opamplan
