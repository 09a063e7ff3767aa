/// \file
/// MD5 (RFC 1321): what checksums of old files are. Nothing rests on it but a comparison with them.
#pragma once

#include <string>
#include <string_view>

#include "opamplan/base/config.hpp"

namespace opamplan {

/// Of bytes, in lower-case hexadecimal.
[[nodiscard]] std::string md5_of(std::string_view bytes);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/base/impl/md5.ipp"
#endif
