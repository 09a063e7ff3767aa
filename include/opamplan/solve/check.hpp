/// \file
/// An independent judge of solutions, written from the meaning of the fields, not from the search.
#pragma once

#include <string>
#include <vector>

#include "opamplan/solve/solution.hpp"
#include "opamplan/solve/solver.hpp"
#include "opamplan/solve/universe.hpp"

namespace opamplan {

/// Every rule that the solution breaks, as sentences; empty if it is sound. Reads the opam files
/// of the selected packages again: each available, one version of a name, dependencies satisfied,
/// no conflict, at most one of a conflict class, roots and constraints of `options` kept.
/// About 0.1 ms a package.
[[nodiscard]] std::vector<std::string> broken_rules(const universe& u, const solution& s,
                                                    const solve_options& options);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/solve/impl/check.ipp"
#endif
