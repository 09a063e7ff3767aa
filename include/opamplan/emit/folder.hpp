/// \file
/// All files that a plan is written as, by format: what `opamplan emit` puts into a folder.
#pragma once

#include <cstdint>
#include <set>
#include <string_view>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/emit/options.hpp"
#include "opamplan/plan/plan.hpp"

namespace opamplan {

enum class emit_format : std::uint8_t {
  dockerfile,  ///< `batchN.Dockerfile`, and the build context (`context_files`).
  bake,        ///< `bake_file_names`, with the Dockerfiles.
  llb,         ///< `batchN.llb`, and the build context.
  dot,         ///< `plan.dot`.
  json,        ///< `plan.json`, the plan itself.
  make,        ///< `Makefile`, with the Dockerfiles.
  github,      ///< `.github/workflows/opamplan.yml`, with the Dockerfiles.
  kubernetes,  ///< `kubernetes/waveN.yaml`, with the Dockerfiles and the plan.
};
inline constexpr emit_format all_emit_formats[] = {
    emit_format::dockerfile, emit_format::bake, emit_format::llb,    emit_format::dot,
    emit_format::json,       emit_format::make, emit_format::github, emit_format::kubernetes};

[[nodiscard]] std::string_view to_string(emit_format format) noexcept;
/// Throws `invalid_request`.
[[nodiscard]] emit_format parse_emit_format(std::string_view text);

/// What a plan is built from when nobody says more: `llb` where it has no Dockerfiles, else `bake`.
[[nodiscard]] emit_format default_format(const plan& p) noexcept;

/// Of the batches, which buildx reads unasked, and of the images of single targets, in both
/// notations.
inline constexpr std::string_view bake_file_names[] = {
    "docker-bake.hcl", "docker-bake-images.hcl", "docker-bake.json", "docker-bake-images.json"};

/// The files of these formats and of what they need, each once: paths below a folder, and bytes.
/// Equal plans and options give equal bytes. Throws `invalid_request` for a format that cannot say
/// the plan, and for options that fit into none.
[[nodiscard]] std::vector<emitted_file> emitted_files(const plan& p,
                                                      const std::set<emit_format>& formats,
                                                      const emit_options& options);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/emit/impl/folder.ipp"
#endif
