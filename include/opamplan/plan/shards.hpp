/// \file
/// Shards: a plan cut for several builders that have nothing in common but a cache.
///
/// A builder takes from a cache what others have exported, and it exports when a batch ends. So
/// work that two builders need must have been built before either begins, or both do it. And what a
/// builder reads is one cache: in several that hold the same steps BuildKit 0.32 does not find all
/// that is in them. So there are two *waves*:
///
/// 1. Take the steps on which no other stands, in the order of a walk over the tree of parents, so
///    that neighbours share work, and cut that order into pieces of equal work (as chains are
///    partitioned: Bokhari, IEEE Trans. Computers 37, 1988). Each piece, with what it needs, is a
///    shard, the second wave.
/// 2. What several pieces need is common. The first wave is one shard with it, or with as much as
///    its limits and the forecast want: first what saves the most work for what it takes of a
///    cache (as Dantzig fills a knapsack, Oper. Res. 5, 1957), never before what it stands on. The
///    rest is built by each shard that needs it.
///
/// Shards go to builders longest first (Graham, SIAM J. Appl. Math. 17, 1969). All this is done for
/// several numbers of pieces and sizes of the first wave, and the plan with the shortest forecast
/// is taken.
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
  /// How much of all work may be done again by a second shard, a third and so on, at most: more
  /// only where the first wave takes no more.
  double most_repeated = 0.04;
  /// Seconds of a step; empty: as `forecast_options::seconds_of`.
  std::function<double(const plan&, step_id step)> seconds_of;
};

/// Makes the batches of `p` shards for several builders, each within `p.limits`. Throws
/// `invalid_request` for the strategy `chain`, whose targets share nothing.
void make_shards(plan& p, const shard_options& options = {});

/// By step the first batch that builds it.
[[nodiscard]] index_vector<step_id, batch_id> builds_of(const plan& p);

/// By batch the steps that it builds, ascending: those that no batch before it does. Shards of a
/// wave are not before each other.
[[nodiscard]] flat_rows<step_id> own_steps(const plan& p);

/// How many steps more than there are all batches together build.
[[nodiscard]] std::size_t repeated_steps(const plan& p);

/// By batch: the earlier ones whose caches together hold all that it does not build, as few as a
/// greedy choice finds (Chvatal, Math. Oper. Res. 4, 1979). What a batch exports holds what it
/// stands on.
[[nodiscard]] flat_rows<batch_id> cache_imports(const plan& p);

/// By batch: the earlier ones that build what it does not.
[[nodiscard]] flat_rows<batch_id> waits_for(const plan& p);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/plan/impl/shards.ipp"
#endif
