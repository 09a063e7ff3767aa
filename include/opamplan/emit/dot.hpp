/// \file
/// A plan as a graph for Graphviz.
#pragma once

#include <string>

#include "opamplan/base/config.hpp"
#include "opamplan/plan/plan.hpp"

namespace opamplan {

/// The steps, each with what it installs: parents are solid, grafts dashed, targets bold.
[[nodiscard]] std::string dot(const plan& p);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/emit/impl/dot.ipp"
#endif
