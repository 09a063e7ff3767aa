/// \file
/// A package with what its version must be, as people write it: `dune >= 3.0 & < 4.0`.
#pragma once

#include <string_view>

#include "opamplan/base/config.hpp"
#include "opamplan/package/formula.hpp"

namespace opamplan {

/// Reads `ocaml = 5.3.0`, `dune >= 3.0 & (< 3.5 | > 3.7)`, `dune.3.20.2` for that version, or
/// `dune` for any. Relations are opam's; versions may stand without quotes. Throws
/// `invalid_request` for another text, which it quotes.
[[nodiscard]] package_atom parse_atom(std::string_view text);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/package/impl/atom_text.ipp"
#endif
