/// \file
/// Questions about a whole repository: the latest available versions, and searching by words.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/base/progress.hpp"
#include "opamplan/package/ids.hpp"
#include "opamplan/repository/repository.hpp"

namespace opamplan {

class environment;

/// For each name, the latest version whose `available` holds in `env` (undefined does not hold;
/// avoid-version ones count), or `package_id::none`. Indexed by `name_id`.
[[nodiscard]] std::vector<package_id> latest_available(const repository& repo,
                                                       const environment& env);

/// The same for one name.
[[nodiscard]] package_id latest_available(const repository& repo, const environment& env,
                                          name_id name);

struct search_hit {
  package_id package = package_id::none;  ///< The newest version of the name.
  std::uint32_t score = 0;                ///< Higher is better; only its order means anything.
};

/// Names whose newest version has every word of `text` in its name, synopsis or tags, letters
/// compared without case; best first: the name itself, names that begin with it, names that hold
/// it, tags, synopsis. Equal scores ascend by name.
[[nodiscard]] std::vector<search_hit> search(const repository& repo, std::string_view text,
                                             std::size_t limit = 0);

/// What reading every field of the file of one version says: the part of it in `check_files`.
[[nodiscard]] std::vector<repository_diagnostic> check_package(const repository& repo,
                                                               package_id id);

/// What `check_file` says about every file, and where `extra-files` and the folder `files/` differ,
/// checksums included, by package id. Reads every file on all cores.
[[nodiscard]] std::vector<repository_diagnostic> check_files(
    const repository& repo, unsigned threads = 0, const progress_callback& progress = {});

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/repository/impl/queries.ipp"
#endif
