/// \file
/// Which packages a build step can name: their words reach shells, paths and options.
#pragma once

#include <string>

#include "opamplan/base/config.hpp"
#include "opamplan/plan/plan.hpp"

namespace opamplan {

/// Why no step can name this package or its system packages: a word with another meaning
/// (`other_meaning`), a control character, a name that opam does not allow. Empty: nothing speaks
/// against it.
[[nodiscard]] std::string word_problem(const plan_package& package);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/plan/impl/words.ipp"
#endif
