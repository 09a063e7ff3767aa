#pragma once

#include "opamplan/base/text.hpp"
#include "opamplan/repository/impl/pins.hpp"
#include "opamplan/repository/impl/readers.hpp"
#include "opamplan/repository/load.hpp"
#include "opamplan/repository/pack.hpp"

// Header-only: nothing is linked, so there are no archives and no git.

namespace opamplan {

OPAMPLAN_INLINE bool can_load_archives() noexcept { return false; }
OPAMPLAN_INLINE bool can_load_git() noexcept { return false; }

namespace repository_impl {

OPAMPLAN_INLINE source_content read_archive(const archive_source& from, content_builder&) {
  throw load_error(printable(from.path) +
                   ": header-only opamplan cannot read archives; link opamplan::opamplan, built "
                   "with libarchive (Debian: libarchive-dev), or unpack the archive");
}

OPAMPLAN_INLINE source_content read_git(const git_source& from, content_builder&,
                                        const repository_state*) {
  throw load_error(printable(from.path) +
                   ": header-only opamplan cannot read git repositories; link opamplan::opamplan, "
                   "built with libgit2 (Debian: libgit2-dev), or check the repository out");
}

OPAMPLAN_INLINE pin_tree read_git_pin(const pin& p, content_builder&) {
  throw load_error(printable(p.path) +
                   ": header-only opamplan cannot read git repositories; link opamplan::opamplan, "
                   "built with libgit2 (Debian: libgit2-dev), or check the repository out");
}

OPAMPLAN_INLINE std::string git_commit(const git_source& from) {
  throw load_error(printable(from.path) +
                   ": header-only opamplan cannot read git repositories; link opamplan::opamplan, "
                   "built with libgit2 (Debian: libgit2-dev), or check the repository out");
}

}  // namespace repository_impl

OPAMPLAN_INLINE std::string pack_source(const source_tree& from) {
  throw load_error(printable(from.path) +
                   ": header-only opamplan cannot pack the sources of a pin; link "
                   "opamplan::opamplan, built with libarchive (Debian: libarchive-dev)");
}

}  // namespace opamplan
