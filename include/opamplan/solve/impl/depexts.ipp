/// \file
/// The system packages of a closure.
#pragma once

#include <algorithm>
#include <iterator>

#include "opamplan/base/config.hpp"
#include "opamplan/package/opam_file.hpp"
#include "opamplan/solve/depexts.hpp"

namespace opamplan {

OPAMPLAN_INLINE std::vector<std::string> depexts_of(const universe& u,
                                                    std::span<const package_id> packages) {
  std::vector<std::string> all;
  for (const package_id p : packages) {
    auto found = depexts_for(read_depexts(u.repository().file(p)), u.environment());
    std::move(found.begin(), found.end(), std::back_inserter(all));
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

}  // namespace opamplan
