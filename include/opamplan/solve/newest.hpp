/// \file
/// The newest versions of a repository, solved from what an earlier repository's came to.
#pragma once

#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/base/index.hpp"
#include "opamplan/solve/solver.hpp"
#include "opamplan/solve/universe.hpp"

namespace opamplan {

/// Throws `invalid_request` if two universes, and what is asked of them, differ in more than their
/// repositories.
void check_comparable(const universe& before, const solve_options& asked_before,
                      const universe& after, const solve_options& asked_after);

/// The place of a result among those of a repository's newest versions.
using result_id = index<struct solve_result>;

struct solved_newest {
  universe in;
  index_vector<result_id, solve_result> results;  ///< Of `in.latest()`, in its order.
  index_vector<result_id, result_id> taken;       ///< The earlier one it was taken from, or `none`.
  std::vector<name_id> same;  ///< See `same_names`; empty if there was nothing earlier.
};

/// The results are those of `solve_all(u, options)`, whatever was there before.
///
/// A search looks at a name only if rules lead there from the target or from a root: through some
/// version's dependencies, of any version on the way, since one that was refused was looked at too.
/// So what can be reached from a target is a set of names, read or not, of which none can matter
/// if none has changed, in the earlier universe nor in this one; its result is taken over, with the
/// packages' new numbers. (Build systems call such a set the inputs of a memoised computation:
/// Acar's self-adjusting computation, with static traces.) The other targets are solved. Linear in
/// the rules of both universes, plus the work of solving.
///
/// `before` must have been solved in the same environment with the same options; else throws
/// `invalid_request`.
[[nodiscard]] solved_newest solve_newest(universe u, const solve_options& options,
                                         const solved_newest* before = nullptr);

struct touched_targets {
  std::vector<package_id> before;  ///< Of `available_packages()`, ascending.
  std::vector<package_id> after;   ///< The same.
};

/// The versions whose result may differ between two universes, as targets: those from which rules
/// lead to a change, in the one or the other. All others have equal results, but for the numbers of
/// packages, and for requests that are given up. Throws as above; linear in the rules of both.
[[nodiscard]] touched_targets targets_touched(const universe& before, const universe& after,
                                              const solve_options& options);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/solve/impl/newest.ipp"
#endif
