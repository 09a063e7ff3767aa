/// \file
/// From layers to steps: three ways to assemble images.
///
/// Each turns a layer graph into the steps and targets of a plan. Whatever the strategy, the image
/// of a target holds exactly the packages of its closure:
/// - `chain` and `prefix` install the closure's layers one after the other, in an order in which
///   dependencies come first.
/// - `graft`: let C(L) be the layers L depends on, transitively. The parent P of L is in C(L), so
///   C(P) is a subset of C(L). The grafts are C(L) - C(P) - {P}, in topological order. By
///   induction the image of P holds C(P) + {P}; after the grafts it holds C(L), after the install
///   C(L) + {L}. A layer outside C(L) can never be a parent, since its image would hold too much;
///   and some direct dependency is always a best parent, since every other layer of C(L) is in the
///   closure of one.
#pragma once

#include <cstdint>

#include "opamplan/config.hpp"
#include "opamplan/plan/layers.hpp"
#include "opamplan/plan/plan.hpp"

namespace opamplan {

/// One step a layer. The parent is the dependency that leaves the fewest bytes (`size` of the
/// packages) to graft, among those that keep the depth within `depth_limit` (0: no limit).
/// Linear in the closures.
void assemble_graft(const layer_graph& layers, std::size_t depth_limit, plan& out);

/// Every target alone, in package-tool's level order. Chains longer than `depth_limit` are cut
/// into chunks, from their end.
void assemble_chain(const layer_graph& layers, std::size_t depth_limit, plan& out);

/// Targets share prefixes: at each node of the trie the layer that most of the targets below still
/// need comes next, and those that do not need it branch off (the FP-tree of Han, Pei and Yin 2000,
/// with frequencies counted anew in every branch). A dependency is needed at least as often as its
/// dependents, so the order respects dependencies. Paths longer than `depth_limit` are cut into
/// chunks along runs without branches, from the leaves, which loses no sharing.
void assemble_prefix(const layer_graph& layers, std::size_t depth_limit, plan& out);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/plan/impl/strategies.ipp"
#endif
