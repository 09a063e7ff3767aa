/// \file
/// How bad what was found is.
#pragma once

#include <cstdint>

namespace opamplan {

/// `error`: the file, folder or field was left out. `warning`: it was taken, but look at it.
enum class severity : std::uint8_t { warning, error };

}  // namespace opamplan
