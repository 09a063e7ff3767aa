/// \file
/// Bytes of any kind in a plan's JSON (RFC 4648, section 4).
///
/// Not a library: Boost has this only in a namespace of details, and it is thirty lines.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "opamplan/base/config.hpp"

namespace opamplan {

[[nodiscard]] std::string to_base64(std::string_view bytes);

/// Nothing if it is not what `to_base64` writes.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/base/impl/base64.ipp"
#endif
