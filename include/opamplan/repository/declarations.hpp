/// \file
/// What the files of a repository say of other packages before an environment is known, each text
/// that stands in several files read once.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/base/progress.hpp"
#include "opamplan/package/dependency.hpp"
#include "opamplan/package/filter.hpp"
#include "opamplan/repository/declared_rows.hpp"
#include "opamplan/repository/repository.hpp"
#include "opamplan/repository/version_sets.hpp"

namespace opamplan {

/// An element of `depends`, `conflicts` or `depopts`.
struct declared_formula {
  std::shared_ptr<const filtered_formula> written;  ///< Shared with earlier declarations.
  /// What it means, if that is the same in every environment and for every package.
  std::optional<formula<version_set>> settled;
};

/// The 144,000 elements of opam-repository's `depends`, `conflicts` and `depopts` are 15,000 texts.
/// The rows are by package. Fields that are malformed are left out, as by `read_depends` and its
/// like.
struct declarations : declared_rows {
  // By text, in the order in which the packages have them; what was taken over from an earlier
  // repository comes first, and some of it may be in no file any more.
  std::vector<declared_formula> formulas;
  std::vector<filter> filters;                        ///< Fields `available`.
  std::vector<std::vector<std::string>> class_lists;  ///< Fields `conflict-class`.
};

/// Read by the first call, on so many threads (0: one a core; the result does not depend on it),
/// and kept with the repository, by all its copies. Linear in the size of the files: some 35 ms for
/// opam-repository, 13 if it is from a cache, which knows where each text stands. What
/// `load_options::previous` declared of names that are the same is taken from there; then it is
/// linear in the other files and in the number of packages. Throws `cancelled`, and then nothing is
/// kept.
[[nodiscard]] const declarations& declared(const repository& repo, unsigned threads = 0,
                                           const progress_callback& progress = {});

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/repository/impl/declarations.ipp"
#endif
