/// \file
/// Do two syntax trees say the same? Layout, comments and the spelling of strings do not count.
#pragma once

#include "opamplan/base/config.hpp"
#include "opamplan/syntax/ast.hpp"

namespace opamplan::syntax {

[[nodiscard]] bool equal(const value& a, const value& b);
[[nodiscard]] bool equal(const item& a, const item& b);

/// The same items in the same order; paths do not count.
[[nodiscard]] bool equal(const file& a, const file& b);

}  // namespace opamplan::syntax

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/syntax/impl/equal.ipp"
#endif
