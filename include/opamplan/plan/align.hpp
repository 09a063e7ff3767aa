/// \file
/// Alignment: solutions that agree on versions, so that more layers are the same.
///
/// Solved one by one, each target gets the newest versions it can have. A target that cannot have
/// the newest of something drags in older neighbours that no other target uses, and everything on
/// top of them is built once more. Here every target keeps its own version, and for some names all
/// targets prefer one version. The price: some dependencies are older than they could be.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/solve/solver.hpp"
#include "opamplan/solve/universe.hpp"

namespace opamplan {

struct alignment {
  std::vector<solve_result> results;  ///< In the order given; each still a solution.
  std::vector<package_id> preferred;  ///< What was preferred, ascending: `solve_options::preferred`
                                      ///< with these gives the results again.
  std::size_t layers_before = 0;      ///< Distinct layers of all solutions...
  std::size_t layers_after = 0;       ///< ...and after alignment; never more.
  std::size_t changed = 0;            ///< Solutions that are not what they were.
  std::size_t older = 0;              ///< Dependencies, over all solutions, that got older...
  std::size_t newer = 0;              ///< ...and newer.
};

/// Local search. For each name of which the solutions hold several versions, tries to prefer each
/// of them, solves the targets that hold the name again, and keeps what leaves fewer distinct
/// layers; until a round changes nothing. Layers are those that `make_layers` would make. Results
/// without a solution stay. `results` are those of `solve_all` with these options. Throws
/// `cancelled`.
///
/// A try solves at most the targets that hold the name in a version that could give way to the one
/// that is tried; not those of which an earlier try tells the answer, and none any more once it is
/// clear that no layer is saved. So a round costs at most the sum, over these names, of the targets
/// that hold it times its versions but one; each round but the last saves a layer at least. What
/// tries came to is kept: the packages and layers of each solution that they changed. Of
/// opam-repository's 279,000 cases in three rounds 159,000 are solved.
[[nodiscard]] alignment align(const universe& u, std::span<const solve_result> results,
                              const solve_options& options);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/plan/impl/align.ipp"
#endif
