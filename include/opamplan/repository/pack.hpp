/// \file
/// A folder of sources as one archive: what a build of a pinned package unpacks.
#pragma once

#include <cstddef>
#include <string>

#include "opamplan/base/config.hpp"
#include "opamplan/repository/repository.hpp"

namespace opamplan {

/// More than this is not packed.
inline constexpr std::size_t max_source_bytes = std::size_t{256} << 20;
inline constexpr std::size_t max_source_files = std::size_t{1} << 18;

/// The tree as a tar.gz in which all is in a folder `source`: files with their mode, and links, by
/// name, without times or owners, so that equal trees give equal bytes (with one version of zlib).
/// Of a folder, what version control, opam and dune keep in it is left out (.git, .hg, .svn,
/// _darcs, _opam, _build); of a commit, its submodules. Throws `load_error` for what cannot be
/// read, what is too much, and without libarchive (for commits, libgit2).
[[nodiscard]] std::string pack_source(const source_tree& from);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/repository/impl/no_adapters.ipp"
#endif
