/// \file
/// docker-bake files, in HCL and JSON.
#pragma once

#include <cstdint>
#include <string>

#include "opamplan/base/config.hpp"
#include "opamplan/emit/options.hpp"
#include "opamplan/plan/plan.hpp"

namespace opamplan {

/// buildx takes a time that is quadratic in the targets of its files, whatever it is asked for:
/// seconds for a few thousand. So the images of single targets are in a file of their own, as one
/// target whose matrix is what the variable PACKAGES names: "dune.3.20.2,lwt.5.9.2", or all.
enum class bake_targets : std::uint8_t {
  batches,  ///< `batch0`, `batch1`...: all of a batch in one solve, its results exported. Groups:
            ///< `default` and `all`, the batches.
  images,   ///< `pkg-NAME-VERSION`: the image of one target. Groups: `images`, `batchN-images`.
};

/// Variables: BASE_IMAGE, REGISTRY, TAG, PACKAGES. Dockerfiles are `batchN.Dockerfile` in the
/// context folder
/// `.`. Each of the two files can be read by itself, or together with the other.
[[nodiscard]] std::string bake_hcl(const plan& p, const emit_options& options,
                                   bake_targets which = bake_targets::batches);
[[nodiscard]] std::string bake_json(const plan& p, const emit_options& options,
                                    bake_targets which = bake_targets::batches);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/emit/impl/bake.ipp"
#endif
