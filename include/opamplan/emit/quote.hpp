/// \file
/// Quoting: nothing in a name, version or system package can leave the word it stands in.
#pragma once

#include <string>
#include <string_view>

#include "opamplan/config.hpp"

namespace opamplan {

/// One word of a POSIX shell, on one line of a Dockerfile: plain if harmless, else in single
/// quotes. Throws `invalid_request` for control characters, which no word of a plan may hold.
[[nodiscard]] std::string shell_word(std::string_view text);

/// A JSON string with its quotes; bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string json_string(std::string_view text);

/// An HCL string with its quotes; `${` and `%{` are not interpolated.
[[nodiscard]] std::string hcl_string(std::string_view text);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/emit/impl/quote.ipp"
#endif
