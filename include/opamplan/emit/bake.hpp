/// \file
/// docker-bake files, in HCL and JSON.
#pragma once

#include <string>

#include "opamplan/base/config.hpp"
#include "opamplan/emit/options.hpp"
#include "opamplan/plan/plan.hpp"

namespace opamplan {

/// Targets `batch0`, `batch1`... build everything of a batch in one solve and export its results;
/// `pkg-NAME-VERSION` is the image of one target. Groups: `default` and `all` (the batches), and
/// `batchN-images` (the images of one batch). Variables: BASE_IMAGE, REGISTRY, TAG. Dockerfiles
/// are `batchN.Dockerfile` in the context folder `.`.
[[nodiscard]] std::string bake_hcl(const plan& p, const emit_options& options);
[[nodiscard]] std::string bake_json(const plan& p, const emit_options& options);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/emit/impl/bake.ipp"
#endif
