/// \file
/// From the selected candidates of a search to a solution with its edges.
#pragma once

#include <span>

#include "opamplan/solve/solution.hpp"
#include "opamplan/solve/tables.hpp"

namespace opamplan {

/// Linear in the rules of the selected candidates. `root_role`: whose candidates used the root
/// rules (see `sat_core::options`), or none.
[[nodiscard]] solution extract_solution(const universe_tables& tables,
                                        std::span<const candidate_id> selected, package_id target,
                                        role_id root_role);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/solve/impl/extract.ipp"
#endif
