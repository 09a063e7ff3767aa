/// \file
/// From the selected candidates of a search to a solution with its edges.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "opamplan/base/index.hpp"
#include "opamplan/solve/solution.hpp"
#include "opamplan/solve/tables.hpp"

namespace opamplan {

/// For one universe's selections, one after the other. Not thread-safe.
class solution_extractor {
 public:
  /// The tables must outlive it.
  explicit solution_extractor(const universe_tables& tables);

  /// Linear in the rules of the selected candidates, and sorted. `root_role`: whose candidates used
  /// the root rules (see `sat_core::options`), or none.
  [[nodiscard]] solution extract(std::span<const candidate_id> selected, package_id target,
                                 role_id root_role);

 private:
  void add_rules(candidate_id c, role_id root_role, std::span<const name_id> post_only);

  const universe_tables& tables_;
  // By role. Between solutions none is selected: a solution is small, the universe is not.
  index_vector<role_id, candidate_id> selected_;
  index_vector<role_id, std::uint32_t> positions_;  // in `packages`, of a name that is selected
  std::vector<candidate_id> order_;
  adjacency dependencies_;  // of the solution that is made; kept so that no row makes it grow
  adjacency post_dependencies_;
};

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/solve/impl/extract.ipp"
#endif
