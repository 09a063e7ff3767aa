/// \file
/// The readers, one a kind of source. Each throws `load_error` when there is nothing to read.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "opamplan/base/config.hpp"
#include "opamplan/repository/impl/content.hpp"

namespace opamplan::repository_impl {

struct repository_state;

[[nodiscard]] source_content read_directory(const directory_source& from, content_builder& to);
[[nodiscard]] source_content read_memory(const memory_source& from, content_builder& to);

/// True if every stamp of a directory is as it was.
[[nodiscard]] bool stamps_hold(const std::string& directory, std::span<const file_stamp> stamps,
                               workers& team);

/// Identifies an archive file as it is now: size, times, inode.
[[nodiscard]] std::string archive_state(const std::string& path);

// In lib/: they need a linked library.
[[nodiscard]] source_content read_archive(const archive_source& from, content_builder& to);
/// Folders of packages that `before`, if any, has from the same tree, and of which it had nothing
/// to say, are taken from it.
[[nodiscard]] source_content read_git(const git_source& from, content_builder& to,
                                      const repository_state* before = nullptr);

/// The full id of the commit that `from.revision` names now.
[[nodiscard]] std::string git_commit(const git_source& from);

}  // namespace opamplan::repository_impl

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/repository/impl/directory.ipp"
#include "opamplan/repository/impl/local.ipp"
#include "opamplan/repository/impl/no_adapters.ipp"
#endif
