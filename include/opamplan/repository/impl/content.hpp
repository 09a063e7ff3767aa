/// \file
/// What one source holds, and how readers on several threads put it together.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/base/workers.hpp"
#include "opamplan/repository/diagnostic.hpp"
#include "opamplan/repository/impl/distinct_texts.hpp"
#include "opamplan/repository/impl/text.hpp"
#include "opamplan/repository/repository.hpp"
#include "opamplan/repository/source.hpp"
#include "opamplan/syntax/ast.hpp"

namespace opamplan::repository_impl {

/// Where pinned packages come from, and the version of those that name none and that no repository
/// has; empty: `dev`.
struct pinned_folder {
  source_tree tree;
  std::string version;
};

/// One package version of one source. The strings live in the content's storage.
struct content_entry {
  std::string_view name;
  std::string_view version;
  std::string_view path;    ///< Inside the source.
  std::uint32_t order = 0;  ///< Of equal paths the greatest counts (archives: the later member).
  syntax::file tree;
  std::span<const extra_file> extra = {};
  const pinned_folder* pinned = nullptr;  ///< Of a pin; its version may be empty until overlaid.
};

/// What a file or folder looked like when it was read; equal stamps mean equal content.
struct file_stamp {
  std::string_view path;
  std::uint64_t value = 0;
};

/// Everything one source holds: sorted by name, then version; no two entries are the same version.
struct source_content {
  std::vector<content_entry> entries;
  std::vector<repository_diagnostic> diagnostics;    ///< By path, then position.
  std::vector<file_stamp> stamps;                    ///< By path. Directories only.
  std::vector<std::shared_ptr<const void>> storage;  ///< What the views and trees point into.
  std::shared_ptr<const distinct_texts> texts;  ///< Of the entries; null if they were not found.
  std::string repo_text;                        ///< Of the source's file `repo`, if any.
  source_info info;
  std::string git_revision;  ///< Of git: COMMIT or COMMIT:FOLDER, which finds all of it again.
  bool cacheable = true;     ///< False when what was seen may not be what will be seen.
};

/// Collects files from several threads; each worker has its own part.
class content_builder {
 public:
  content_builder(workers& team, const load_limits& limits);

  /// Parses `text` and takes it as `path`'s package version, which is in the path's last folder,
  /// or adds a diagnostic. The tree is valid until the worker adds another; null: not taken.
  const syntax::file* add_file(unsigned worker, std::string_view path, std::string text,
                               std::uint32_t order = 0);

  /// The same for a name and version that are not in the path.
  const syntax::file* add_version(unsigned worker, std::string_view name, std::string_view version,
                                  std::string_view path, std::string text, std::uint32_t order = 0);

  /// Takes what is beside a file `opam`. Files of folders without one are dropped in the end.
  void add_side_file(unsigned worker, const side_path& path, std::string_view content,
                     bool executable, std::uint32_t order = 0);

  /// Takes what another repository holds already: sorted, and with nothing beside the files that is
  /// still to be attached. What they point into must be in the content's storage in the end.
  void keep(std::vector<content_entry> entries) { kept_ = std::move(entries); }

  /// For readers of lists of paths: `add_file`, `add_side_file`, or nothing, as the path says.
  void add_path(unsigned worker, std::string_view path, std::string text, bool executable,
                std::uint32_t order = 0);

  /// The file `repo` at the root of the source. By one worker only.
  void set_repo_text(std::string text) { repo_text_ = std::move(text); }

  void problem(unsigned worker, severity level, std::string_view path, std::string message,
               syntax::position where = {0, 0});
  void stamp(unsigned worker, std::string_view path, std::uint64_t value);

  /// What is read now may differ next time for a reason no stamp shows.
  void never_cache() noexcept { cacheable_.store(false); }

  /// Counts a folder. Throws `load_error` when the source has too many.
  void admit_folder();

  /// False, with a diagnostic, when a file of this size is not to be read. Throws `load_error` when
  /// the source as a whole is too large.
  bool admit(unsigned worker, std::string_view path, std::uint64_t size);

  [[nodiscard]] workers& team() const noexcept { return team_; }
  [[nodiscard]] const load_limits& limits() const noexcept { return limits_; }

  /// Before `finish`: drops the versions whose paths do not begin with `prefix`, and what was said
  /// about them.
  void keep_only(std::string_view prefix);

  /// Before `finish`, for readers of lists of paths, which see also what is inside a version's
  /// folder, as in `files/`: it is no package version.
  void drop_nested();

  /// Sorts, drops duplicates (with a diagnostic) and gives everything away. Once, at the end.
  [[nodiscard]] source_content finish();

 private:
  /// A side file on its way to its version; views into the arena.
  struct side_file {
    side_path at;
    std::string_view content;
    bool executable = false;
    std::uint32_t order = 0;
  };
  struct part {
    std::vector<content_entry> entries;
    std::vector<side_file> sides;
    std::size_t more_diagnostics = 0;  ///< That were not kept.
    std::vector<repository_diagnostic> diagnostics;
    std::vector<file_stamp> stamps;
    std::shared_ptr<string_arena> strings = std::make_shared<string_arena>();
  };
  void attach_sides(source_content& out);
  static std::size_t keep_first(std::vector<repository_diagnostic>& diagnostics, std::size_t most);

  workers& team_;
  const load_limits& limits_;
  std::string repo_text_;
  std::vector<part> parts_;
  std::vector<content_entry> kept_;
  std::atomic<std::size_t> files_{0};
  std::atomic<std::size_t> folders_{0};
  std::atomic<std::size_t> bytes_{0};
  std::atomic<bool> cacheable_{true};
};

}  // namespace opamplan::repository_impl

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/repository/impl/content.ipp"
#endif
