/// \file
/// The strategy `graft`: each layer once, on the image that leaves the least to bring in.
///
/// Let C(L) be the layers L depends on, transitively. The parent P of L is in C(L), so C(P) is a
/// subset of C(L). The grafts are C(L) - C(P) - {P}, in a topological order that is the same in all
/// plans with these layers; of parents that are as good, the one with the least key is taken. By
/// induction the image of P holds C(P) + {P}; after the grafts it holds C(L), after the install
/// C(L) + {L}. A layer outside C(L) can never be a parent, since its image would hold too much; and
/// some need is always a best parent, since every other layer of C(L) is in the closure of one.
///
/// System packages cannot be grafted. Let S(L) be those of C(L) + {L}: what L's image has, whatever
/// its parent. Where S(P) is smaller, the package manager runs in the step of L. Where many layers
/// would have it run for the same S(L), a *system step* on a layer that they have in common does it
/// once: it installs no package of opam's, and the image of it is the parent of those steps.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/plan/layers.hpp"
#include "opamplan/plan/plan.hpp"

namespace opamplan {

/// What it costs to bring layers and system packages into an image.
struct graft_costs {
  std::vector<std::uint64_t> sizes;               ///< By layer: bytes (or packages) of a graft.
  std::vector<std::vector<std::string>> depexts;  ///< By layer: its system packages, sorted.
  std::uint64_t system_run = 0;   ///< One more run of the package manager, in the same unit...
  std::uint64_t depext_size = 0;  ///< ...and each system package that it installs.
};

/// Where the steps of layers begin.
struct graft_tree {
  /// Installs system packages, and nothing else.
  struct system_step {
    layer_id layer;            ///< On the image of this layer (`none`: the base image)...
    index<system_step> below;  ///< ...and of this earlier system step on it, if there is one.
    std::vector<std::string> depexts;  ///< Those that it adds, sorted.
  };
  struct origin {
    layer_id layer;             ///< The parent (`none`: the base image)...
    index<system_step> system;  ///< ...and the system step on it, if there is one.
  };

  index_vector<index<system_step>, system_step> system_steps;
  index_vector<layer_id, origin> origins;
};

using system_step_id = index<graft_tree::system_step>;

/// For each layer the origin of the least cost, with no path longer than `depth_limit` steps (0: no
/// limit).
///
/// Without system steps the choices are independent, and their sum is the least there is. Which
/// system steps to make is facility location, with a candidate for each set S(L) and the layer
/// that layers of this set have in common (the heaviest by size and use); one is made if what
/// its layers save is more than it costs. Where the bound on depth holds something back, layers
/// choose dependencies first, with several prices on depth, and the cheapest result is taken: not
/// always the optimum (an arborescence of bounded height). Linear in the closures, for each price,
/// and quadratic in the system steps.
///
/// Layers that a plan of `like` has too, the first that does, stand where they stand there, so that
/// a builder which has carried that out finds them: the system steps that are worth making depend
/// on all layers of a plan. If a path got longer than the limit by that, nothing is taken over.
[[nodiscard]] graft_tree choose_parents(const layer_graph& layers, const graft_costs& costs,
                                        std::size_t depth_limit,
                                        std::span<const plan* const> like = {});

/// Steps of `choose_parents`: one a layer, and the system steps.
void assemble_graft(const layer_graph& layers, const graft_costs& costs, std::size_t depth_limit,
                    std::span<const plan* const> like, plan& out);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/plan/impl/graft.ipp"
#endif
