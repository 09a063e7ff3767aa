/// \file
/// The shell scripts that run inside steps: graft, install, record; and gather results.
#pragma once

#include <string>

#include "opamplan/config.hpp"
#include "opamplan/emit/options.hpp"

namespace opamplan {

/// The text of `/opamplan/step`. POSIX shell, no other tools than sed, xargs and coreutils
/// or busybox.
///
///     step [-t] [-r N] [-d SYSTEM...] [-g MOUNT PACKAGE...]... [-i LAYER PACKAGE NEED...]...
///
/// -d  installs system packages.
/// -g  brings PACKAGEs in from the image mounted at /opamplan/g/MOUNT: the files that opam recorded
///     for them, their metadata and their results.
/// -i  installs PACKAGE, unless one of the NEEDs has not succeeded.
/// -t  with tests, -r is ignored: it only makes the step another one.
///
/// Results are in /opamplan/results/PACKAGE: `status` (success, failure or dependency_failed),
/// `log`, `seconds`, `layer`, the first 16 digits of the layer's key, and, after a success of which
/// opam recorded the files, `size`, their bytes. The step itself succeeds, so that the rest of the
/// plan goes on.
[[nodiscard]] std::string step_script(const emit_options& options);

/// The text of `/opamplan/collect`: gathers the results of the images mounted below /opamplan/t
/// into /opamplan/all, each layer once: `layers/PACKAGE/LAYER/` with the files above, and
/// `index.tsv`, a line for each: status, seconds, package, layer, size (`-`: not known).
[[nodiscard]] std::string collect_script();

/// The text that `setup` stands for when it is empty: installs opam and what a compiler needs,
/// makes an empty switch.
[[nodiscard]] std::string default_setup(const emit_options& options);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/emit/impl/script.ipp"
#endif
