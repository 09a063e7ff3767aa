/// \file
/// Batches: which targets one invocation builds.
#pragma once

#include <cstddef>

#include "opamplan/base/config.hpp"
#include "opamplan/plan/plan.hpp"

namespace opamplan {

/// Estimated bytes of what one step adds to an emitted file and to its LLB definition. Upper
/// bounds of what opamplan emits; checked against emitted files in the tests.
struct step_cost {
  std::size_t file_bytes = 0;
  std::size_t definition_bytes = 0;

  step_cost& operator+=(const step_cost& more) noexcept {
    file_bytes += more.file_bytes;
    definition_bytes += more.definition_bytes;
    return *this;
  }
};
[[nodiscard]] step_cost estimate(const plan& p, const plan_step& step);

/// Bytes of what a builder writes beside the layers when it exports a batch to a cache. An upper
/// bound, checked against exported caches in the tests. Linear in the sum of the batches' steps.
[[nodiscard]] index_vector<batch_id, std::size_t> cache_record_sizes(const plan& p);

/// Of all batches, the most; 0 without any.
[[nodiscard]] std::size_t largest_cache_record(const plan& p);

/// Fills `p.batches` so that each keeps `p.limits`: as few and as large as they allow. Targets that
/// share work are neighbours (the tree of parents, depth first), and a batch that needs steps of an
/// earlier one finds them in the cache. Linear in the sum of the batches' steps. A single target
/// too large for a limit gets a batch of its own, which the doctor reports.
void make_batches(plan& p);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/plan/impl/batches.ipp"
#endif
