/// \file
/// Why a solution is what it is: the path to a package, the rule behind an edge, and what excludes
/// a version that was not taken.
#pragma once

#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/package/ids.hpp"
#include "opamplan/solve/explain.hpp"
#include "opamplan/solve/fact.hpp"
#include "opamplan/solve/solution.hpp"
#include "opamplan/solve/solver.hpp"
#include "opamplan/solve/universe.hpp"

namespace opamplan {

/// From the target to `to`, both included: a shortest path over both kinds of edges. Empty if the
/// target does not reach it.
[[nodiscard]] std::vector<package_id> path_to(const solution& s, package_id to);

/// What `from` says that makes it depend on `to`. The field is `depopts` if it only uses what is
/// there anyway. Throws `invalid_request` if there is no such edge.
[[nodiscard]] fact edge_fact(const universe& u, const solution& s, package_id from, package_id to);

/// Why `wanted` is not part of the solution `s` that `options` gave, in this order:
/// - it cannot be with the target at all, or not as asked: the facts of `explain`;
/// - it would fit, but what was chosen before it in the walk excludes it: the facts, and sentences
///   that say what was chosen before;
/// - without facts: nothing needs the name, another version is preferred, or an alternative that is
///   written first was taken.
/// Throws `invalid_request` if `wanted` is part of it. Some milliseconds.
[[nodiscard]] explanation explain_choice(const universe& u, const solution& s, package_id wanted,
                                         const solve_options& options);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/solve/impl/reasons.ipp"
#endif
