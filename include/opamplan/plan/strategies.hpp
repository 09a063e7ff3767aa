/// \file
/// From layers to steps: the strategies that install closures one layer after the other.
///
/// Each turns a layer graph into the steps and targets of a plan, in an order in which dependencies
/// come first. Whatever the strategy, the image of a target holds exactly the packages of its
/// closure. The others are in graft.hpp and merge.hpp.
#pragma once

#include <cstdint>

#include "opamplan/base/config.hpp"
#include "opamplan/plan/layers.hpp"
#include "opamplan/plan/plan.hpp"

namespace opamplan {

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
