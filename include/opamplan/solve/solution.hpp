/// \file
/// The answer to one request: which package versions, and how they depend on each other.
#pragma once

#include <vector>

#include "opamplan/base/rows.hpp"
#include "opamplan/package/ids.hpp"

namespace opamplan {

/// The selected packages of one request and the edges between them. A value; ids are those of the
/// repository the universe was made from.
struct solution {
  package_id target = package_id::none;
  std::vector<package_id>
      packages;  ///< Every selected package, ascending; the target is one of them.

  /// What must be installed before: edges between positions in `packages`, from dependent to
  /// dependency. Alternatives are expanded to what was selected, selected depopts are included,
  /// names needed only through `post` are not.
  adjacency dependencies;

  /// Edges that hold only through `post`: needed at run time, not to build. May close cycles.
  adjacency post_dependencies;

  friend bool operator==(const solution&, const solution&) = default;
};

}  // namespace opamplan
