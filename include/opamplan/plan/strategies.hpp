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
///   and some need is always a best parent, since every other layer of C(L) is in the closure of
///   one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "opamplan/config.hpp"
#include "opamplan/plan/layers.hpp"
#include "opamplan/plan/plan.hpp"

namespace opamplan {

/// What it costs to bring layers into an image; by layer.
struct graft_costs {
  std::vector<std::uint64_t> sizes;               ///< Bytes (or files) to graft it.
  std::vector<std::vector<std::string>> depexts;  ///< Its system packages, sorted.
  std::uint64_t depext_size = 0;  ///< Bytes of one system package that must be installed again.
};

/// For each layer the parent that leaves the least to graft, or `no_step`, with no path longer than
/// `depth_limit` (0: no limit).
///
/// Without a bound, or where the best choice keeps it, the choices are independent and the sum is
/// the least there is. Where the bound holds something back, layers choose dependencies first, with
/// several prices on depth, and the cheapest result is taken: not always the optimum (an
/// arborescence of bounded height). Linear in the closures, for each price.
[[nodiscard]] std::vector<std::uint32_t> choose_parents(const layer_graph& layers,
                                                        const graft_costs& costs,
                                                        std::size_t depth_limit);

/// One step a layer, on the parents of `choose_parents`; sizes are those of the packages.
void assemble_graft(const layer_graph& layers, std::size_t depth_limit, std::uint64_t depext_size,
                    plan& out);

/// Every target alone, in package-tool's level order. Chains longer than `depth_limit` are cut
/// into chunks, from their end, where builders that cache equal prefixes share least.
void assemble_chain(const layer_graph& layers, std::size_t depth_limit, plan& out);

/// Targets share prefixes of orders chosen for that (prefix_tree.hpp). Paths deeper than
/// `depth_limit` are cut into chunks along runs without branches, from the leaves, which loses no
/// sharing; only a path of more runs than the limit has some of its runs repeated.
void assemble_prefix(const layer_graph& layers, std::size_t depth_limit, plan& out);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/plan/impl/strategies.ipp"
#endif
