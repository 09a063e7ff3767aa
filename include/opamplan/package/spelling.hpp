/// \file
/// How opam spells what other tools call by other names: arm64, not aarch64.
#pragma once

#include <string>
#include <string_view>

#include "opamplan/base/config.hpp"

namespace opamplan {

/// What opam detects where others say `value` of `variable` (`arch`, `os`, `os-distribution` or
/// `os-family`): `arm64` for the arch aarch64, `macos` for the os Darwin. The value itself where no
/// other spelling is known.
[[nodiscard]] std::string opam_spelling(std::string_view variable, std::string_view value);

/// Throws `invalid_request` with opam's spelling if `value` is another: no opam file asks for that,
/// so every condition on the variable would be false in silence.
void require_opam_spelling(std::string_view variable, std::string_view value);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/package/impl/spelling.ipp"
#endif
