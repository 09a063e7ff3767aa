/// \file
/// What a `repository` shares: the sources' entries in one order, and tables over them.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "opamplan/package/ids.hpp"
#include "opamplan/repository/diagnostic.hpp"
#include "opamplan/repository/impl/content.hpp"
#include "opamplan/repository/impl/distinct_texts.hpp"
#include "opamplan/repository/repository.hpp"

namespace opamplan {
struct declarations;  // opamplan/repository/declarations.hpp
}

namespace opamplan::repository_impl {

struct repository_entry {
  name_id name{};
  std::uint32_t source = 0;
  std::string_view version;
  std::string_view path;
  syntax::file tree;
  std::span<const extra_file> extra;
  const pinned_folder* pinned = nullptr;
};

struct repository_state;

/// What the repository that this one was read after has in common with it.
struct common_names {
  std::weak_ptr<const repository_state> previous;
  std::vector<name_id> now;  ///< By name there: see `same_names`.
};

/// What an earlier repository had declared.
struct inherited_declarations {
  std::shared_ptr<const declarations> from;
  std::vector<std::uint32_t> first_before;  ///< By name there, and one past the end.
};

struct repository_state : std::enable_shared_from_this<repository_state> {
  // Destroyed last: entries point into it.
  std::vector<std::shared_ptr<const void>> storage;

  std::vector<repository_entry> entries;  ///< By package_id.
  std::vector<std::string> names;         ///< By name_id.
  std::vector<std::uint32_t> first;       ///< By name_id, and one past the end: its first entry.
  std::vector<std::uint32_t> slots;  ///< Hash table of name ids, open addressing; a power of two.
  std::vector<source_info> sources;
  std::vector<repository_diagnostic> diagnostics;
  common_names common;
  std::string git_revision;  ///< If all of it is one git source: COMMIT or COMMIT:FOLDER.

  std::shared_ptr<const distinct_texts> texts;  ///< If all of it is one source that knew them.

  // Made when first asked for.
  mutable std::mutex declared_mutex;
  mutable std::shared_ptr<const declarations> declared;
  mutable std::optional<inherited_declarations> inherited;  ///< Until then.
};

/// Lays the contents over each other and fills the tables. Linear, but for sorting when there are
/// several sources.
/// With an earlier repository, what it has in common with this one is told once, and what that
/// declared is at hand for `declared`.
[[nodiscard]] repository make_repository(std::vector<source_content> contents,
                                         const repository* before = nullptr);

/// The hash table of the names.
void fill_slots(repository_state& state);

[[nodiscard]] inline const repository_state& state_of(const repository& repo) noexcept {
  return *repo.state_;
}

}  // namespace opamplan::repository_impl

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/repository/impl/state.ipp"
#endif
