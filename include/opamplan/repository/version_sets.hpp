/// \file
/// Which packages of a repository a version constraint means.
#pragma once

#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/package/formula.hpp"
#include "opamplan/package/ids.hpp"
#include "opamplan/repository/repository.hpp"

namespace opamplan {

/// Versions of one name. The ranges ascend, are not empty, and no two of them touch.
struct version_set {
  name_id name =
      name_id::none;  ///< `name_id::none`, without ranges, for one that the repository lacks.
  std::vector<package_range> ranges;

  friend bool operator==(const version_set&, const version_set&) = default;
};

/// What an atom means. Each comparison is logarithmic in the number of versions.
[[nodiscard]] version_set find_versions(const repository& repo, const package_atom& atom);

/// The same formula, of what its atoms mean.
[[nodiscard]] formula<version_set> find_versions(const repository& repo, const package_formula& f);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/repository/impl/version_sets.ipp"
#endif
