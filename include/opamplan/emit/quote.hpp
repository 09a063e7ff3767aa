/// \file
/// Quoting: nothing in a name, version or system package can leave the word it stands in.
#pragma once

#include <string>
#include <string_view>

#include "opamplan/base/config.hpp"

namespace opamplan {

/// One word of a POSIX shell, on one line of a Dockerfile: plain if harmless, else in single
/// quotes. Throws `invalid_request` for control characters, which no word of a plan may hold.
[[nodiscard]] std::string shell_word(std::string_view text);

/// The same for an argument of the step script: a leading `-` is an error too.
[[nodiscard]] std::string script_word(std::string_view text);

/// One component of a path that needs no quotes in a Dockerfile, a mount option or a shell:
/// letters, digits and `_+~.-` stay, a leading `.` or `-` and all other bytes become `%XX`.
/// Different texts give different components. Names and versions that opam allows stay as they are.
[[nodiscard]] std::string path_component(std::string_view text);

/// An HCL string with its quotes; `${` and `%{` are not interpolated. Bytes that are not UTF-8
/// become U+FFFD, since HCL has no other way.
[[nodiscard]] std::string hcl_string(std::string_view text);

/// The same in JSON, which bake reads as it reads HCL.
[[nodiscard]] std::string bake_json_string(std::string_view text);

/// A word of Make's recipes: a shell word in which `$` is doubled.
[[nodiscard]] std::string make_word(std::string_view text);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/emit/impl/quote.ipp"
#endif
