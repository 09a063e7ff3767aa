/// \file
/// SHA-512 (FIPS 180-4), for checksums of files.
#pragma once

#include <string>
#include <string_view>

#include "opamplan/base/config.hpp"

namespace opamplan {

/// Of bytes, in lower-case hexadecimal.
[[nodiscard]] std::string sha512_of(std::string_view bytes);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/base/impl/sha512.ipp"
#endif
