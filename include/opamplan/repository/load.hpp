/// \file
/// Loading a repository: how several sources become one.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "opamplan/base/config.hpp"
#include "opamplan/base/progress.hpp"
#include "opamplan/repository/repository.hpp"
#include "opamplan/repository/source.hpp"

namespace opamplan {

struct load_options {
  unsigned threads = 0;             ///< 0: one a core. The result does not depend on it.
  progress_callback progress = {};  ///< Stage "load"; units are the folders or files of a source.

  /// A folder for cache files, made when absent; empty: no cache. One file a source (directory,
  /// archive and git). A cache that is absent, stale, of another version or damaged is not used
  /// and written again; one that cannot be written is no error.
  std::string cache_directory = {};

  load_limits limits = {};

  /// The same sources as they were before: what has not changed is not worked out again. Of one git
  /// repository, folders whose tree is that of the earlier commit are not read, and a cache is not
  /// looked at; of any sources, what equal files declare is taken over. The result does not depend
  /// on it. What it shares with the earlier repository stays in memory as long as either lives.
  std::optional<repository> previous = {};
};

/// Loads the sources and lays them over each other: of equal package versions the first source's
/// is taken. Throws `load_error` and `cancelled`.
[[nodiscard]] repository load_repository(std::span<const source> sources,
                                         const load_options& options = {});

/// The same, with one source.
[[nodiscard]] repository load_repository(const source& from, const load_options& options = {});

/// True if this build reads archives (libarchive) or git repositories (libgit2).
[[nodiscard]] bool can_load_archives() noexcept;
[[nodiscard]] bool can_load_git() noexcept;

/// The pin that opam's URL of a local source means: a path, `file://PATH`, `git+file://PATH`, each
/// with `#REVISION` behind it for git. Relative paths are below `folder`, else below the working
/// directory. Nothing if there is no such thing on this machine.
[[nodiscard]] std::optional<pin> pin_at(const std::string& url, const std::string& folder = {});

/// The kind of source a path is: a folder with `packages/` is a directory, another folder with a
/// git repository in it is git, a file is an archive; with a revision it is always git. Throws
/// `load_error` when it is none of these.
[[nodiscard]] source source_at(const std::string& path, const std::string& revision = {});

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/repository/impl/load.ipp"
#endif
