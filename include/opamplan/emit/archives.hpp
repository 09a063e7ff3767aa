/// \file
/// Archives of sources that are at hand, by checksum, as `opam admin cache` lays them out.
#pragma once

#include <string>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/plan/plan.hpp"

namespace opamplan {

/// Where such a folder has the archives of a package's `url` and `extra-source`s, a path for each
/// of their checksums: `sha256/ab/abcd...`. Those of pins, whose sources are the plan's, are none.
/// Checksums that are no hexadecimal numbers are left out. Parses the opam file, some 50 us.
[[nodiscard]] std::vector<std::string> archive_paths(const plan_package& package);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/emit/impl/archives.ipp"
#endif
