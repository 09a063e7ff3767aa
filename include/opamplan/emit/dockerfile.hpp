/// \file
/// Dockerfiles: one for a batch, or for a single target.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/emit/options.hpp"
#include "opamplan/plan/plan.hpp"

namespace opamplan {

/// A multi-stage Dockerfile of these steps (ascending, closed under parents and grafts): a header
/// stage, one stage a step, and last `results`, which gathers the status and log of every layer
/// into an otherwise empty image, in one layer (see `collect_script`). Its build context is the
/// folder that `context_files` fills. No line is longer than BuildKit takes.
[[nodiscard]] std::string dockerfile(const plan& p, std::span<const step_id> steps,
                                     const emit_options& options);
/// The same with `stage_names(p)` at hand, and the results of the steps `told` alone.
[[nodiscard]] std::string dockerfile(const plan& p, std::span<const step_id> steps,
                                     std::span<const step_id> told,
                                     const std::vector<std::string>& names,
                                     const emit_options& options);

/// Of one batch, without some of its steps (ascending, with all that stands on them): those that
/// end a build, for example.
[[nodiscard]] std::string batch_dockerfile(const plan& p, batch_id batch,
                                           const emit_options& options,
                                           std::span<const step_id> without = {});

/// Of all batches, in their order. Linear in them all: stages are named once.
[[nodiscard]] std::vector<std::string> batch_dockerfiles(const plan& p,
                                                         const emit_options& options);

/// Of one target: only the steps it needs; its image is the stage of its step.
[[nodiscard]] std::string target_dockerfile(const plan& p, target_id target,
                                            const emit_options& options);

/// The build context that all these Dockerfiles share: the scripts and one opam file a package,
/// so that a step depends on the files of its own packages and no others.
[[nodiscard]] std::vector<emitted_file> context_files(const plan& p, const emit_options& options);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/emit/impl/dockerfile.ipp"
#endif
