/// \file
/// What carrying a plan out will take: work, the critical path, the time on so many workers.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/base/rows.hpp"
#include "opamplan/plan/plan.hpp"

namespace opamplan {

/// Seconds of an install where nothing was measured. From day10's published run: 3,312 targets on
/// 64 workers in 29m47s, on what must have been some 5,300 layers.
inline constexpr double default_install_seconds = 20;

/// Seconds of one run of the system's package manager where nothing was measured.
inline constexpr double default_system_seconds = 10;

struct forecast_options {
  /// Steps that run at once, of each builder if the plan is for several. At least 1.
  unsigned workers = 4;
  /// Seconds of a step; empty: `default_install_seconds` for each install, and
  /// `default_system_seconds` where system packages are missing.
  std::function<double(const plan&, step_id step)> seconds_of;
  /// Build keys of steps that are built already (an earlier plan's `sorted_build_keys`): they take
  /// no time. Ascending.
  std::span<const digest> built;
};

/// When a step runs, in seconds from the start, and on which worker, counted from 0.
struct scheduled_step {
  step_id step;
  std::uint32_t worker = 0;
  double start = 0;
  double end = 0;
  friend bool operator==(const scheduled_step&, const scheduled_step&) = default;
};

struct plan_forecast {
  std::size_t steps = 0;        ///< To run: not built already.
  std::size_t built = 0;        ///< Found in the cache.
  std::uint64_t bytes = 0;      ///< Sizes of the packages that steps to run install, or graft
                                ///< and do not merge.
  double work_seconds = 0;      ///< Of all steps to run, one after the other.
  double makespan_seconds = 0;  ///< On the workers, batch after batch; of shards, each as soon as
                                ///< a builder is free and what it stands on is built.
  double critical_seconds = 0;  ///< The longest chain of steps: no number of workers
                                ///< beats it.
  std::vector<step_id> critical_path;    ///< Steps, first to last.
  double idle_seconds = 0;               ///< In which a builder of several has no shard: for the
                                         ///< first wave, or at the end. Of all of them added up.
  std::vector<double> batch_begins;      ///< Seconds from the start, by batch.
  std::vector<double> batch_ends;        ///< The same.
  std::vector<scheduled_step> schedule;  ///< Of the steps that take time, by their start.
};

/// List scheduling (Graham 1969), longest remaining path first; at most 2 - 1/workers times the
/// best schedule of a batch. O((steps + edges) log steps).
[[nodiscard]] plan_forecast forecast(const plan& p, const forecast_options& options = {});

/// The steps that a step waits for: its parent and grafts; by step, ascending.
[[nodiscard]] flat_rows<step_id> step_dependencies(const plan& p);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/plan/impl/forecast.ipp"
#endif
