/// \file
/// The shell script that runs inside a step: graft, install, record.
#pragma once

#include <string>

#include "opamplan/config.hpp"
#include "opamplan/emit/options.hpp"

namespace opamplan {

/// The text of `/opamplan/step`. POSIX shell, no other tools than sed, tar and coreutils.
///
///     step [-t] [-d SYSTEM_PACKAGE]... [-g NAME.VERSION]... [-n NAME.VERSION]... NAME.VERSION ...
///
/// Each `-g` is grafted from the image mounted at /opamplan/g/NAME.VERSION: the files that opam
/// recorded for it, its metadata and its result. Each package is then installed, unless one of the
/// packages named by the `-n` before it has not succeeded. The results are in
/// /opamplan/results/NAME.VERSION: `status` (success, failure or dependency_failed), `log` and
/// `seconds`. The step itself succeeds, so that the rest of the plan goes on.
[[nodiscard]] std::string step_script(const emit_options& options);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/emit/impl/script.ipp"
#endif
