/// \file
/// Loading a repository: the kinds of source, and how several become one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "opamplan/config.hpp"
#include "opamplan/error.hpp"
#include "opamplan/progress.hpp"
#include "opamplan/repository/repository.hpp"

namespace opamplan {

/// A source cannot be read at all (absent, no `packages` in it, no such revision, support for the
/// kind not built in). A broken file inside a source is a diagnostic instead.
class load_error : public error {
 public:
  using error::error;
};

/// A folder that holds `packages/`, laid out as opam-repository is: every folder below `packages`
/// with a file `opam` is one package version, and its name is NAME.VERSION.
struct directory_source {
  std::string path;
};

/// The same, packed: .tar, .tar.gz, .tar.zst, .tar.xz, .zip. `packages/` may be inside one folder.
/// Needs libarchive.
struct archive_source {
  std::string path;
};

/// The same, in a git repository: bare, or with a work tree, which is not looked at. Needs libgit2.
struct git_source {
  std::string path;
  std::string revision = "HEAD";  ///< A commit, branch or tag; what `git rev-parse` takes.
};

struct memory_file {
  std::string path;  ///< `packages/NAME/NAME.VERSION/opam`, or shorter: `NAME.VERSION/opam`.
  std::string text;
};

/// Files in memory, for tests and notebooks.
struct memory_source {
  std::vector<memory_file> files;
  std::string label = "memory";
};

/// One pin: an opam file on disk, or a folder of them (`*.opam`, `opam`, `opam/*.opam`,
/// `opam/opam`). A pinned version hides all other versions of its name, of every source.
struct pin {
  std::string path;
  std::string name = {};  ///< Empty: from the file's name, else its `name` field, else its folder.
  std::string version = {};  ///< Empty: `dev`.
};
struct pin_source {
  std::vector<pin> pins;
};

using source =
    std::variant<directory_source, archive_source, git_source, memory_source, pin_source>;

/// What is too much; beyond it, a file becomes a diagnostic.
struct load_limits {
  std::size_t file_bytes = std::size_t{16} << 20;
  std::size_t total_bytes = std::size_t{1} << 30;
  std::size_t files = std::size_t{1} << 20;
  std::size_t folder_depth = 16;
};

struct load_options {
  unsigned threads = 0;             ///< 0: one a core. The result does not depend on it.
  progress_callback progress = {};  ///< Stage "load"; units are files.

  /// A folder for cache files, made when absent; empty: no cache. One file a source (directory,
  /// archive and git). A cache that is absent, stale, of another version or damaged is not used
  /// and written again; one that cannot be written is no error.
  std::string cache_directory = {};

  load_limits limits = {};
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

/// The kind of source a path is: a folder with `packages/` is a directory, another folder with a
/// git repository in it is git, a file is an archive; with a revision it is always git. Throws
/// `load_error` when it is none of these.
[[nodiscard]] source source_at(const std::string& path, const std::string& revision = {});

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/repository/impl/load.ipp"
#endif
