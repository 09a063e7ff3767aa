/// \file
/// From a syntax tree back to text.
#pragma once

#include <string>

#include "opamplan/config.hpp"
#include "opamplan/syntax/ast.hpp"

namespace opamplan::syntax {

/// One value on one line, normalised: single spaces, strings in `"`, the fewest escapes. Parses to
/// an equal value; equal values print equally, whatever their layout.
[[nodiscard]] std::string print(const value& v);

/// A whole file: one field a line or, for lists longer than a line, one element a line.
[[nodiscard]] std::string print(const file& f);

/// The string as a literal, quotes included.
[[nodiscard]] std::string quote(std::string_view text);

}  // namespace opamplan::syntax

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/syntax/impl/printer.ipp"
#endif
