/// \file
/// What is wrong with an opam file as far as planning goes, beyond its form: what `opam lint` says.
#pragma once

#include <string_view>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/package/opam_file.hpp"
#include "opamplan/syntax/ast.hpp"

namespace opamplan {

/// The diagnostics of reading the file, and those of `opam lint` that are about planning: format
/// version, flags, availability, dependencies, system packages, sources. Not those about style and
/// who maintains it. `name` and `version` are the package's (an empty version:
/// any); in the order of the file.
[[nodiscard]] std::vector<file_diagnostic> check_file(const syntax::file& file,
                                                      std::string_view name,
                                                      std::string_view version);

/// What package managers would take the name of a system package for: an option, a removal, a file
/// or an address, a pattern. Empty: the name of a package.
[[nodiscard]] std::string_view other_meaning(std::string_view system_package) noexcept;

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/package/impl/check_file.ipp"
#endif
