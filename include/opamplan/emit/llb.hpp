/// \file
/// BuildKit's own language: LLB, for `buildctl build` without a frontend.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/emit/options.hpp"
#include "opamplan/plan/plan.hpp"

namespace opamplan {

/// A marshalled `pb.Definition` (BuildKit's solver/pb/ops.proto) of these steps (ascending, closed
/// under parents and grafts), whose result is what the stage `results` of `dockerfile` is. The
/// build context is the local source `context`, the folder that `context_files` fills:
///
///     buildctl build --local context=DIR --output type=local,dest=results < batch0.llb
///
/// With the strategy `merge`, steps run on flat merges, which only this language has.
///
/// No Dockerfile is parsed and none is sent back in errors. What only images have (labels, lines
/// of Dockerfiles in `instructions`, words after RUN) is left out.
[[nodiscard]] std::string llb(const plan& p, std::span<const step_id> steps,
                              const emit_options& options);
/// The same with `stage_names(p)` at hand, and the results of the steps `told` alone.
[[nodiscard]] std::string llb(const plan& p, std::span<const step_id> steps,
                              std::span<const step_id> told, const std::vector<std::string>& names,
                              const emit_options& options);

/// A definition whose result is the file system of a step's image: what a target's user would run
/// in. With the strategy `merge` no step has it as its own, so here opam is told what it holds.
[[nodiscard]] std::string image_llb(const plan& p, step_id step, const emit_options& options);

/// Of one batch, without some of its steps (ascending, with all that stands on them).
[[nodiscard]] std::string batch_llb(const plan& p, batch_id batch, const emit_options& options,
                                    std::span<const step_id> without = {});

/// Of all batches, in their order. Linear in them all: stages are named once.
[[nodiscard]] std::vector<std::string> batch_llbs(const plan& p, const emit_options& options);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/emit/impl/llb.ipp"
#endif
