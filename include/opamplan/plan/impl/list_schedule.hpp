/// \file
/// List scheduling of steps on workers.
#pragma once

#include <cstddef>
#include <functional>
#include <queue>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "opamplan/base/rows.hpp"
#include "opamplan/plan/forecast.hpp"
#include "opamplan/plan/impl/ready_steps.hpp"

namespace opamplan::plan_impl {

/// A plan's graph with the seconds of its steps, of which any can be scheduled.
class step_times {
 public:
  step_times(const flat_rows<step_id>& before, index_vector<step_id, double> seconds)
      : before_(before), after_(transposed(before, before.size())), seconds_(std::move(seconds)) {
    const std::size_t count = before.size();
    remaining_.assign(count, 0);
    next_.resize(count);
    mine_.assign(count, false);
    missing_.assign(count, 0);
    for (std::size_t i = count; i-- > 0;) {
      const step_id s(i);
      for (const step_id a : after_[s]) {
        if (next_[s] == step_id::none || remaining_[a] >= remaining_[next_[s]]) next_[s] = a;
      }
      remaining_[s] = seconds_[s] + (next_[s] == step_id::none ? 0 : remaining_[next_[s]]);
    }
  }

  [[nodiscard]] double seconds(step_id s) const noexcept { return seconds_[s]; }
  /// Of the longest chain from the start of a step to the end of all.
  [[nodiscard]] double remaining(step_id s) const noexcept { return remaining_[s]; }
  /// The step after it on that chain, or `none`.
  [[nodiscard]] step_id next(step_id s) const noexcept { return next_[s]; }

  /// When workers that begin at `clock` are done with these steps, which wait for each other and
  /// for nothing else: of those that are ready the one with the longest chain first (Graham 1969).
  /// `visit` is given each step in turn as a `scheduled_step`, workers counted from 0.
  template <class Visit>
  [[nodiscard]] double schedule(std::span<const step_id> steps, std::size_t workers, double clock,
                                const Visit& visit) {
    ready_steps ready;
    using running_entry = std::tuple<double, step_id, std::uint32_t>;  // earliest end first
    std::priority_queue<running_entry, std::vector<running_entry>, std::greater<>> running;
    std::priority_queue<std::uint32_t, std::vector<std::uint32_t>, std::greater<>> idle;
    std::uint32_t hired = 0;  // workers that have run something
    for (const step_id s : steps) mine_[s] = true;
    for (const step_id s : steps) {
      missing_[s] = 0;
      for (const step_id d : before_[s]) missing_[s] += mine_[d] ? 1U : 0U;
      if (missing_[s] == 0) ready.emplace(remaining_[s], s);
    }
    while (!ready.empty() || !running.empty()) {
      while (!ready.empty() && running.size() < workers) {
        const step_id s = ready.top().second;
        ready.pop();
        if (idle.empty()) idle.push(hired++);
        const std::uint32_t worker = idle.top();
        idle.pop();
        const double end = clock + seconds_[s];
        running.emplace(end, s, worker);
        visit(scheduled_step{s, worker, clock, end});
      }
      const auto [end, s, worker] = running.top();
      running.pop();
      idle.push(worker);
      clock = end;
      for (const step_id a : after_[s]) {
        if (mine_[a] && --missing_[a] == 0) ready.emplace(remaining_[a], a);
      }
    }
    for (const step_id s : steps) mine_[s] = false;
    return clock;
  }

  /// How long workers take for these steps.
  [[nodiscard]] double seconds_of(std::span<const step_id> steps, std::size_t workers) {
    return schedule(steps, workers, 0, [](const scheduled_step&) {});
  }

 private:
  const flat_rows<step_id>& before_;
  flat_rows<step_id> after_;
  index_vector<step_id, double> seconds_;
  index_vector<step_id, double> remaining_;
  index_vector<step_id, step_id> next_;
  std::vector<bool> mine_;                        // of the steps that are scheduled
  index_vector<step_id, std::uint32_t> missing_;  // of these, those that it still waits for
};

}  // namespace opamplan::plan_impl
