/// \file
/// From a syntax tree back to text. What is printed parses to an equal tree (`equal`), except that
/// opam's layouts leave out empty fields.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "opamplan/base/config.hpp"
#include "opamplan/syntax/ast.hpp"

namespace opamplan::syntax {

enum class layout : std::uint8_t {
  plain,  ///< One field a line; lists longer than a line, one element a line. Nothing is left out.
  opam,   ///< As opam writes files (OpamPrinter.opamfile): boxes, long strings in `"""`.
  opam_normalised,  ///< OpamPrinter.Normalise.opamfile: sorted, one field a line.
};

/// One value on one line, normalised: single spaces, strings in `"`, the fewest escapes. Equal
/// values print equally.
[[nodiscard]] std::string print(const value& v);

/// A whole file. opam's layouts leave out fields that are `[]` or `[[]]`; they differ from opam's
/// own output only where opam's would not be read back as it was: strings that begin with a blank
/// in `"""`, carriage returns before a line end, NUL, bytes that are not UTF-8, `!` before `=`.
[[nodiscard]] std::string print(const file& f, layout style = layout::plain);

/// The string as a literal, quotes included.
[[nodiscard]] std::string quote(std::string_view text);

}  // namespace opamplan::syntax

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/syntax/impl/printer.ipp"
#endif
