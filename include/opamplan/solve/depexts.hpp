/// \file
/// The system packages of a closure.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/package/ids.hpp"
#include "opamplan/solve/universe.hpp"

namespace opamplan {

/// What the `depexts` of `packages` name in the universe's environment: sorted, each once. Linear
/// in the files' fields.
[[nodiscard]] std::vector<std::string> depexts_of(const universe& u,
                                                  std::span<const package_id> packages);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/solve/impl/depexts.ipp"
#endif
