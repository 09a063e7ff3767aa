/// \file
/// The part of a repository that some names can need: for who asks for a few packages only.
#pragma once

#include <span>

#include "opamplan/base/config.hpp"
#include "opamplan/package/ids.hpp"
#include "opamplan/repository/repository.hpp"

namespace opamplan {

/// These names with all their versions, those that the fields `depends` of these speak of, whatever
/// the environment, and so on: answers for them are the same as in the whole. Numbers of names and
/// packages are others. In opam-repository most packages reach a tenth. Shares the files; linear in
/// the part.
[[nodiscard]] repository reachable(const repository& repo, std::span<const name_id> from);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/repository/impl/reachable.ipp"
#endif
