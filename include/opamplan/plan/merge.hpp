/// \file
/// The strategy `merge`: each layer once, on its compiler's image with all else linked into it.
///
/// What a step installs is kept as a tree of its own files, which begins empty. An image is a flat
/// merge: below an ordinary image, on it the trees of what it holds, each linked and not copied. So
/// nothing is stored twice, and as no tree stands on another, no merge stands on a merge (nested
/// ones cost BuildKit exponential time).
///
/// The image below should be large, for what is in it costs no link, and be shared by many. With
/// C(L) the layers that L needs, transitively: it is the image of the layer in C(L) with a compiler
/// for which the size of its image times the number of layers that need it is greatest. Those
/// layers, few, are installed as `graft` does. On it comes a *system step* for each set S(L) of
/// system packages, on the system step of the largest subset: so each set is installed once, and
/// the images of targets have theirs.
///
/// In the plan the grafts of a step are C(L) without what its parent holds, as with `graft`; that
/// they are merged is the emitter's part (`llb`).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/plan/graft.hpp"
#include "opamplan/plan/layers.hpp"
#include "opamplan/plan/plan.hpp"

namespace opamplan {

/// One step a layer, and the system steps. `compilers` says, by layer, whether it installs one. If
/// a path is longer than `depth_limit` steps (0: no limit), all stands on the base image and system
/// steps on it: two steps. Layers that a plan of `like` has too stand where they stand there, as
/// far as the limit allows. Linear in the closures, and quadratic in the system steps of one image.
void assemble_merge(const layer_graph& layers, const graft_costs& costs,
                    const std::vector<char>& compilers, std::size_t depth_limit,
                    std::span<const plan* const> like, plan& out);

/// By step: whether its image is an ordinary one, because it is a system step or another step
/// stands on it. The others' are merges, if the plan's strategy is `merge`. Of a broken plan, too.
[[nodiscard]] std::vector<bool> ordinary_steps(const plan& p);

/// How many trees may be merged into the image of a step, so that it has no more layers than the
/// plan's limits allow, with one for what it installs and one to finish the image of a target.
[[nodiscard]] std::size_t merge_room(const plan& p, const plan_step& step);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/plan/impl/merge.ipp"
#endif
