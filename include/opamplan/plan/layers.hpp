/// \file
/// The distinct layers of many solutions: one package on one exact set of dependencies, each once.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/base/progress.hpp"
#include "opamplan/plan/plan.hpp"
#include "opamplan/solve/solution.hpp"

namespace opamplan {

/// Layer ids are topological: needs have smaller ids. Two closures share a layer exactly if its
/// packages and, recursively, the layers it needs are the same.
struct layer_graph {
  struct target {
    plan_package_id package;
    layer_id layer;
  };

  index_vector<layer_id, plan_layer> layers;
  flat_rows<layer_id> closures;  ///< All that each needs, transitively, ascending, without itself.
  std::vector<target> targets;   ///< In the order of the solutions.

  [[nodiscard]] std::size_t size() const noexcept { return layers.size(); }
};

/// `index_of[id]` is the plan's index of a package id. No solution may have a `build_cycle`.
///
/// A closure over build and post dependencies falls into its strongly connected components
/// (Tarjan 1972). A component of several packages is a cycle through post, a post group: opam
/// installs them in one go, so they are one layer, named by the package on which most of the others
/// are built. Linear in the edges of the closures, but for post groups: the cube of one's packages,
/// 64 at a time. On so many threads (0: one a core), which do not change the result. Throws
/// `cancelled`.
[[nodiscard]] layer_graph make_layers(std::span<const solution* const> solutions,
                                      std::span<const plan_package_id> index_of,
                                      std::span<const plan_package> packages, const plan_base& base,
                                      unsigned threads = 1, const progress_callback& progress = {});

/// The part of every key that does not depend on the layer.
[[nodiscard]] digest base_key(const plan_base& base);

/// The key of a layer: of the base, each of its packages (name, version, effective fields, system
/// packages), its switches, and the keys of what it needs (implied ones are in the others' keys).
/// Sorts `needs`.
[[nodiscard]] digest layer_key(const digest& base, std::span<const plan_package> packages,
                               std::span<const plan_package_id> members, bool with_test,
                               bool with_doc, std::span<digest> needs);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/plan/impl/layers.ipp"
#endif
