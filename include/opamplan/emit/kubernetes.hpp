/// \file
/// Jobs of Kubernetes that carry a plan out.
#pragma once

#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/emit/options.hpp"
#include "opamplan/plan/plan.hpp"

namespace opamplan {

/// A file for each wave, `kubernetes/waveN.yaml`: an Indexed Job (batch/v1, Kubernetes 1.29 or
/// newer) with a pod for each shard, or of a plan that is not sharded for its one batch. A pod
/// builds the Dockerfile of its batch with a BuildKit of its own, and a registry as cache. Where
/// the files and the cache are is read from a ConfigMap, which the first lines tell how to make.
[[nodiscard]] std::vector<emitted_file> kubernetes_jobs(const plan& p, const emit_options& options);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/emit/impl/kubernetes.ipp"
#endif
