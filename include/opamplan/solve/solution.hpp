/// \file
/// The answer to one request: which package versions, and how they depend on each other.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "opamplan/package/ids.hpp"

namespace opamplan {

/// Directed edges between positions 0..n-1, in compressed sparse rows. Rows ascend.
struct adjacency {
  std::vector<std::uint32_t> offsets;  ///< n+1 values; row i is targets[offsets[i], offsets[i+1]).
  std::vector<std::uint32_t> targets;

  [[nodiscard]] std::span<const std::uint32_t> operator[](std::size_t row) const noexcept {
    return std::span(targets).subspan(offsets[row], offsets[row + 1] - offsets[row]);
  }
  [[nodiscard]] std::size_t size() const noexcept {
    return offsets.empty() ? 0 : offsets.size() - 1;
  }

  friend bool operator==(const adjacency&, const adjacency&) = default;
};

/// The selected packages of one request and the edges between them. A value; ids are those of the
/// repository the universe was made from.
struct solution {
  package_id target = no_package;
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
