/// \file
/// The cache file of one source: its texts and parsed trees, used as they lie in the file.
///
/// Layout, native byte order: a header; then sections, each at a multiple of 8: the key, the
/// source's file `repo`, package versions, extra files, stamps, diagnostics, syntax nodes, strings,
/// texts, what is distinct among these. The header has a checksum of its own and one of everything
/// behind it, taken block by block so that all cores can check. A file that differs in any bit from
/// what was written is not used. It is replaced by a rename, never changed in place.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "opamplan/base/config.hpp"
#include "opamplan/base/workers.hpp"
#include "opamplan/repository/impl/content.hpp"

namespace opamplan::repository_impl {

/// What a cache file is for. The place names the file, so that a new state replaces an old one.
struct cache_key {
  std::string place;  ///< For example `directory /srv/opam-repository`.
  std::string state;  ///< What must be equal for the content to be: a commit, limits, versions.
};

[[nodiscard]] std::string cache_path(const std::string& folder, const cache_key& key);

/// Nothing if there is no such file or it is of another state or damaged. Stamps are not looked at.
[[nodiscard]] std::optional<source_content> load_cache(const std::string& path,
                                                       const cache_key& key, workers& team);

/// The content must have `texts`. Best effort: false if it could not be written. Keeps the 8 last
/// used caches of the folder.
bool store_cache(const std::string& path, const cache_key& key, const source_content& content);

}  // namespace opamplan::repository_impl

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/repository/impl/cache_read.ipp"
#include "opamplan/repository/impl/cache_write.ipp"
#endif
