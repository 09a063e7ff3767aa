/// \file
/// Shards: a plan cut for several builders that have nothing in common but a cache.
///
/// A builder takes from a cache what others have exported, and it exports when a batch ends. So
/// work that two builders need must have been built before either begins, or both do it. Shards are
/// cut so that nobody does another's work, in *waves*:
///
/// 1. Take the steps on which none of the rest stands, in the order of a walk over the tree of
///    parents, so that neighbours share work, and cut that order into pieces of equal work (as
///    chains are partitioned: Bokhari, IEEE Trans. Computers 37, 1988).
/// 2. What only one piece needs is its shard; these are the last wave. What several need is common:
///    it is cut in the same way, for the wave before.
/// 3. The common rest that one builder has done as soon as several would, with what a wave costs
///    more, is one shard, the first; so is what is left when there are as many waves as there may.
///
/// Shards of a wave go to builders longest first (Graham, SIAM J. Appl. Math. 17, 1969). All this
/// is done for several numbers of pieces, and the plan with the shortest forecast is taken.
#pragma once

#include <cstdint>
#include <functional>

#include "opamplan/base/config.hpp"
#include "opamplan/base/rows.hpp"
#include "opamplan/plan/plan.hpp"

namespace opamplan {

/// More builders than anybody has.
inline constexpr unsigned most_builders = 10'000;

struct shard_options {
  /// At least 1, at most `most_builders`.
  unsigned builders = 2;
  /// Steps that each runs at once. At least 1.
  unsigned workers = 4;
  /// What a wave costs beside its steps: caches that are read, results that are written.
  double wave_seconds = 20;
  /// At least 1; more if limits want it. Of two waves, each shard reads one cache. Where a shard
  /// reads several that hold the same steps, BuildKit 0.32 does not find all that is in them, so
  /// that some are built again.
  std::size_t most_waves = 2;
  /// Seconds of a step; empty: as `forecast_options::seconds_of`.
  std::function<double(const plan&, step_id step)> seconds_of;
};

/// Makes the batches of `p` shards for several builders, each within `p.limits`. Throws
/// `invalid_request` for the strategy `chain`, whose targets share nothing.
void make_shards(plan& p, const shard_options& options = {});

/// By step the batch that builds it: the first that lists it.
[[nodiscard]] index_vector<step_id, batch_id> builds_of(const plan& p);

/// The steps that this batch builds, and no earlier one, ascending.
[[nodiscard]] std::vector<step_id> own_steps(const plan& p, batch_id batch);

/// By batch: the earlier ones whose caches together hold all that it stands on, as few as a greedy
/// choice finds (Chvatal, Math. Oper. Res. 4, 1979). What a batch exports holds what it stands on.
[[nodiscard]] flat_rows<batch_id> cache_imports(const plan& p);

/// By batch: the earlier ones that build what it stands on.
[[nodiscard]] flat_rows<batch_id> waits_for(const plan& p);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/plan/impl/shards.ipp"
#endif
