/// \file
/// The shell scripts that run inside steps (lib/scripts), with the options that plans set.
#pragma once

#include <string>

#include "opamplan/base/config.hpp"
#include "opamplan/emit/options.hpp"
#include "opamplan/plan/plan.hpp"

namespace opamplan {

/// The text of the step script. POSIX shell, no other tools than sed, awk, xargs and coreutils, or
/// busybox.
///
///     step [-r N] [-d SYSTEM...] [-g PACKAGE...] [-t] [-D]
///          ([-w PACKAGE...] -i LAYER PACKAGE NEED...)...
///
/// -r  is ignored: it only makes the step another one.
/// -d  installs system packages, as root.
/// -g  brings PACKAGEs in from /opamplan/in/g/PACKAGE, where what the step of each kept is mounted:
///     its status, its opam files, its files. All else is done by an unprivileged user.
/// -t  with tests, -D with documentation.
/// -i  installs PACKAGE, unless one of the NEEDs has not succeeded. Its opam file is
///     /opamplan/in/p/PACKAGE. With -w PACKAGEs before it, those of its post group.
///
/// In the image, /opamplan/repository has the opam files of all packages that the image holds, and
/// /opamplan/layers/PACKAGE what other steps graft: `status`, `repository/`, and `switch/` with the
/// files that were not there before (hard links). /opamplan/results/PACKAGE/LAYER has `status`
/// (success, failure, dependency_failed or download_failed), `log`, `seconds`, `layer`, the first
/// 16 digits of the layer's key, and, after a success, `size`, the bytes of its files. The step
/// itself succeeds, so that the rest of the plan goes on.
[[nodiscard]] std::string step_script(const emit_options& options);

/// The text of the collecting script: gathers what is mounted at /opamplan/in/t/PACKAGE/LAYER, and
/// what others gathered at /opamplan/in/all/N, into /opamplan/all, each layer once:
/// `layers/PACKAGE/LAYER/` with the files above, and `index.tsv`, a line for each: status, seconds,
/// package, layer, size (`-`: not known). Reads plain files only, of bounded size.
[[nodiscard]] std::string collect_script(const emit_options& options);

/// The text that `setup` stands for when it is empty: installs opam and what a compiler needs, ends
/// with an error unless opam's version is the plan's, makes the user and an empty switch.
[[nodiscard]] std::string default_setup(const plan_base& base, const emit_options& options);

/// Where the program is mounted for `default_setup`, if `options.opam` is one.
inline constexpr const char* opam_program_mount = "/opamplan/in/opam";
[[nodiscard]] bool brings_opam_program(const emit_options& options);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/emit/impl/script.ipp"
#endif
