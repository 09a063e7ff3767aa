#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "opamplan/base/text.hpp"
#include "opamplan/package/version.hpp"
#include "opamplan/repository/impl/cache.hpp"
#include "opamplan/repository/impl/find_texts.hpp"
#include "opamplan/repository/impl/pins.hpp"
#include "opamplan/repository/impl/readers.hpp"
#include "opamplan/repository/impl/state.hpp"
#include "opamplan/repository/load.hpp"

namespace opamplan {
namespace repository_impl {

/// Loads one source, through its cache where there can be one.
class source_loader {
 public:
  source_loader(const load_options& options, workers& team) : options_(options), team_(team) {}

  source_content operator()(const directory_source& s) {
    std::error_code code;
    const std::filesystem::path real = std::filesystem::canonical(s.path, code);
    const cache_key key{"directory " + (code ? s.path : real.string()) +
                            (s.packages == "packages" ? "" : " as packages"),
                        limits()};
    if (auto cached = from_cache(key); cached && stamps_hold(s.path, cached->stamps, team_)) {
      cached->info.label = s.path;
      return std::move(*cached);
    }
    return read(key, [&](content_builder& to) { return read_directory(s, to); });
  }

  source_content operator()(const archive_source& s) {
    const std::string state = archive_state(s.path);
    std::error_code code;
    const std::filesystem::path real = std::filesystem::canonical(s.path, code);
    const cache_key key{"archive " + (code ? s.path : real.string()), state + ' ' + limits()};
    if (auto cached = from_cache(key)) {
      cached->info.label = s.path;
      return std::move(*cached);
    }
    return read(key, [&](content_builder& to) { return read_archive(s, to); });
  }

  source_content operator()(const git_source& s) {
    // A commit says what is in it, wherever the repository lies. Reading goes by the id: a branch
    // may move meanwhile.
    const git_source at_commit{s.path, git_commit(s)};
    source_content content = at(at_commit);
    content.info.label = s.path;
    content.git_revision = at_commit.revision;
    return content;
  }

  source_content operator()(const memory_source& s) {
    return read({}, [&](content_builder& to) { return read_memory(s, to); });
  }

  source_content operator()(const pin_source& s) {
    return read({}, [&](content_builder& to) { return read_pins(s, to); });
  }

 private:
  source_content at(const git_source& at_commit) {
    if (options_.previous && can_continue(state_of(*options_.previous), options_.limits)) {
      return read({}, [&](content_builder& to) {
        return read_git(at_commit, to, &state_of(*options_.previous));
      });
    }
    if (options_.cache_directory.empty()) {
      return read({}, [&](content_builder& to) { return read_git(at_commit, to); });
    }
    const cache_key key{"git " + at_commit.revision, limits()};
    if (auto cached = from_cache(key)) return std::move(*cached);
    return read(key, [&](content_builder& to) { return read_git(at_commit, to); });
  }

  // A list of problems that was cut short does not say which folders are free of them.
  [[nodiscard]] static bool can_continue(const repository_state& before,
                                         const load_limits& limits) {
    return !before.git_revision.empty() && before.diagnostics.size() < limits.diagnostics;
  }

  [[nodiscard]] std::string limits() const {
    const load_limits& l = options_.limits;
    return std::to_string(l.file_bytes) + ' ' + std::to_string(l.total_bytes) + ' ' +
           std::to_string(l.files) + ' ' + std::to_string(l.folder_depth) + ' ' +
           std::to_string(l.folders) + ' ' + std::to_string(l.diagnostics);
  }

  std::optional<source_content> from_cache(const cache_key& key) {
    if (options_.cache_directory.empty()) return std::nullopt;
    team_.start_over();
    return load_cache(cache_path(options_.cache_directory, key), key, team_);
  }

  template <class Read>
  source_content read(const cache_key& key, Read read_source) {
    team_.start_over();
    content_builder builder(team_, options_.limits);
    source_content content = read_source(builder);
    if (!key.place.empty() && !options_.cache_directory.empty() && content.cacheable) {
      content.texts = std::make_shared<const distinct_texts>(find_texts(
          content.entries.size(),
          [&](std::size_t i) -> const syntax::file& { return content.entries[i].tree; }, team_));
      store_cache(cache_path(options_.cache_directory, key), key, content);
    }
    return content;
  }

  const load_options& options_;
  workers& team_;
};

/// True if the folder itself is one of packages: NAME.VERSION/opam, or NAME/NAME.VERSION/opam, in
/// it. Looks at a hundred folders at most.
inline bool holds_versions(const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  std::error_code code;
  fs::recursive_directory_iterator i(folder, fs::directory_options::skip_permission_denied, code);
  for (int left = 100; !code && left > 0 && i != fs::end(i); i.increment(code), --left) {
    const fs::path& at = i->path();
    std::error_code ignored;
    if (package_view::parse(at.filename().string()) && fs::is_regular_file(at / "opam", ignored)) {
      return true;
    }
    if (i.depth() == 1) i.disable_recursion_pending();
  }
  return false;
}

/// How a source was named; empty for what is in memory.
inline std::string label_of(const source& s) {
  return std::visit(
      [](const auto& of_kind) -> std::string {
        if constexpr (requires { of_kind.path; }) {
          return of_kind.path;
        } else {
          return {};
        }
      },
      s);
}

}  // namespace repository_impl

OPAMPLAN_INLINE repository load_repository(std::span<const source> sources,
                                           const load_options& options) {
  workers team(options.threads, "load", options.progress);
  repository_impl::source_loader loader(options, team);
  std::vector<repository_impl::source_content> contents;
  for (const source& s : sources) {
    try {
      contents.push_back(std::visit(loader, s));
    } catch (const load_error& e) {
      throw load_error(e.what(), repository_impl::label_of(s));
    }
  }
  team.report(true);
  return repository_impl::make_repository(std::move(contents),
                                          options.previous ? &*options.previous : nullptr);
}

OPAMPLAN_INLINE repository load_repository(const source& from, const load_options& options) {
  return load_repository(std::span(&from, 1), options);
}

OPAMPLAN_INLINE source source_at(const std::string& path, const std::string& revision) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const fs::path p = path;
  if (!fs::exists(p, ignored)) throw load_error(printable(path) + ": no such file or folder", path);
  if (!revision.empty()) return git_source{path, revision};
  if (!fs::is_directory(p, ignored)) return archive_source{path};
  std::error_code trouble;
  if (fs::is_directory(p / "packages", trouble)) return directory_source{path};
  if (trouble == std::errc::permission_denied) {
    throw load_error(printable(path) + ": " + trouble.message(), path);
  }
  const bool bare = fs::exists(p / "HEAD", ignored) && fs::exists(p / "objects", ignored);
  if (bare || fs::exists(p / ".git", ignored)) return git_source{path};
  if (repository_impl::holds_versions(p)) return directory_source{path, ""};
  throw load_error(printable(path) +
                       ": no folder `packages` and no package versions (NAME.VERSION/opam) in this "
                       "folder, and no git repository",
                   path);
}

}  // namespace opamplan
