/// \file
/// A workflow of GitHub Actions that carries a plan out.
#pragma once

#include <cstddef>
#include <string>

#include "opamplan/base/config.hpp"
#include "opamplan/emit/options.hpp"
#include "opamplan/plan/plan.hpp"

namespace opamplan {

/// Jobs that one matrix of GitHub Actions may have.
inline constexpr std::size_t most_matrix_jobs = 256;

/// Builds the batches of the Dockerfiles with buildx, in order, or the shards of a wave side by
/// side, on GitHub's machines, with a registry as cache. Throws `invalid_request` for waves of more
/// than `most_matrix_jobs` shards.
[[nodiscard]] std::string github_workflow(const plan& p, const emit_options& options);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/emit/impl/workflow.ipp"
#endif
