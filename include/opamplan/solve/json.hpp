/// \file
/// A result as one line of JSON.
#pragma once

#include <string>

#include "opamplan/solve/solver.hpp"
#include "opamplan/solve/universe.hpp"

namespace opamplan {

/// One JSON object without a line break: `package`, `status`, and where known `target`, `selected`
/// (every selected package, sorted) and `deps` (for each package that the target reaches through
/// build dependencies, what it needs).
[[nodiscard]] std::string to_json(const universe& u, const solve_result& result);
/// The same of a result whose ids are those of the repository.
[[nodiscard]] std::string to_json(const repository& repo, const solve_result& result);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/solve/impl/json.ipp"
#endif
