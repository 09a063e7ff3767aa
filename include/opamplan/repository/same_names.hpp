/// \file
/// What two repositories have in common, and what differs.
#pragma once

#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/package/ids.hpp"

namespace opamplan {

class repository;

/// By name of `before`: the same name in `after`, if it has the same versions there, with the same
/// opam files and files beside them, pins with their folders; else `name_id::none`. Linear in the
/// bytes of what the two do not share (`load_options::previous`), and in the versions of what they
/// do; a copy of what is known if `after` was read after `before`.
[[nodiscard]] std::vector<name_id> same_names(const repository& before, const repository& after);

/// A version that was added (nothing before), removed (nothing after) or changed.
struct changed_package {
  package_id before = package_id::none;
  package_id after = package_id::none;
  friend bool operator==(const changed_package&, const changed_package&) = default;
};

/// By name, then version; linear as above.
[[nodiscard]] std::vector<changed_package> changed_packages(const repository& before,
                                                            const repository& after);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
// Before what is below: its own implementation calls what is declared above.
#include "opamplan/repository/repository.hpp"
#endif
#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/repository/impl/same_names.ipp"
#endif
