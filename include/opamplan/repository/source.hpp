/// \file
/// The kinds of source a repository is loaded from, and what is too much of one.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "opamplan/base/error.hpp"

namespace opamplan {

/// A source cannot be read at all (absent, no `packages` in it, no such revision, support for the
/// kind not built in). A broken file inside a source is a diagnostic instead.
class load_error : public error {
 public:
  explicit load_error(const std::string& what, std::string source = {})
      : error(what), source_(std::move(source)) {}

  /// As the source was named: a path, or a URL. What `load_repository` throws has it.
  [[nodiscard]] const std::string& source() const noexcept { return source_; }

 private:
  std::string source_;
};

/// A folder that holds `packages/`, laid out as opam-repository is: every folder below `packages`
/// with a file `opam` is one package version, and its name is NAME.VERSION. Beside `opam` there may
/// be a folder `files`, and, from opam 1, `url` and `descr`.
struct directory_source {
  std::string path;
  std::string packages = "packages";  ///< The folder of packages in it; empty: `path` itself.
};

/// The same, packed: .tar, .tar.gz, .tar.zst, .tar.xz, .zip. `packages/` may be inside one folder.
/// Needs libarchive.
struct archive_source {
  std::string path;
};

/// The same, in a git repository: bare, or with a work tree, which is not looked at. Needs libgit2.
struct git_source {
  std::string path;
  /// A commit, branch or tag, as `git rev-parse` takes it. `REVISION:FOLDER` is a repository in a
  /// folder of the commit.
  std::string revision = "HEAD";
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

/// One pin: a folder with opam files (`*.opam`, `opam`, `opam/*.opam`, `opam/opam`), a git
/// repository at a revision, or one opam file, whose folder it then is. A pinned version hides all
/// other versions of its name, of every source. One that cannot be read is a `load_error`. The
/// files' `pin-depends` are followed to what is on this machine; what is not is a warning.
struct pin {
  std::string path;
  /// Empty: from the file's name, else its `name` field, else its folder. Of a file `opam` in a
  /// folder NAME.VERSION both are the folder's, as for opam.
  std::string name = {};
  /// Empty: from the file's `version`, else the newest of the name in the repository, else what the
  /// other files of the folder agree on, else `dev`.
  std::string version = {};
  std::string revision = {};  ///< Of a git repository; its work tree is not looked at.
};
struct pin_source {
  std::vector<pin> pins;
};

using source =
    std::variant<directory_source, archive_source, git_source, memory_source, pin_source>;

/// What is too much. A file of more than `file_bytes`, or a folder too deep, becomes a diagnostic;
/// beyond the other limits the load fails with `load_error`. Files in `files/` count as well. A
/// folder that links or trees make reachable twice counts twice.
struct load_limits {
  std::size_t file_bytes = std::size_t{16} << 20;
  std::size_t total_bytes = std::size_t{1} << 30;
  std::size_t files = std::size_t{1} << 20;
  std::size_t folders = std::size_t{1} << 18;
  std::size_t diagnostics = 10000;  ///< Of one source; how many more there are is said.
  std::size_t folder_depth = 16;
};

/// One source, as a person would name it.
struct source_info {
  std::string label;     ///< The path or name that was given.
  std::string revision;  ///< Of git: the full commit id. Empty for other kinds.
  bool from_cache = false;
  bool pins = false;
  std::string opam_version = {};                  ///< As the source's file `repo` says.
  std::vector<std::string> archive_mirrors = {};  ///< The same: where copies of archives are.
};

}  // namespace opamplan
