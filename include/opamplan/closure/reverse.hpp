/// \file
/// Reverse dependencies over many solutions: who needs a package, and where is it needed.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/package/ids.hpp"
#include "opamplan/solve/solution.hpp"

namespace opamplan {

/// Built once over all solutions; a question is then a lookup.
struct reverse_index {
  adjacency closures;    ///< By package id: the solutions (ascending) whose closure holds it, the
                         ///< solutions of the package itself included.
  adjacency dependents;  ///< By package id: the packages (ascending) that depend on it directly in
                         ///< some solution's closure.

  /// Where a package is in the closure: indices of solutions. Constant.
  [[nodiscard]] std::span<const std::uint32_t> solutions_with(package_id p) const noexcept {
    return closures[p];
  }
};

/// Linear in the closures, and in `package_count`, the number of package ids.
[[nodiscard]] reverse_index make_reverse_index(std::span<const solution> solutions,
                                               std::size_t package_count);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/closure/impl/reverse.ipp"
#endif
