/// \file
/// The SAT core: the search itself, in the order of the walk or guided by models.
#pragma once

#include <algorithm>
#include <cassert>

#include "opamplan/base/config.hpp"
#include "opamplan/solve/sat_core.hpp"

namespace opamplan {
namespace solve_impl {

/// 1 1 2 1 1 2 4 1 1 2 1 1 2 4 8 ..., from i = 1 (Luby, Sinclair and Zuckerman 1993).
constexpr std::uint64_t luby(std::uint64_t i) noexcept {
  while (true) {
    std::uint64_t whole = 1;  // the least 2^k - 1 that is not below i
    while (whole < i) whole = 2 * whole + 1;
    if (whole == i) return (whole + 1) / 2;
    i -= whole / 2;
  }
}

/// Conflicts in the shortest run between two restarts.
inline constexpr std::uint64_t restart_unit = 64;

}  // namespace solve_impl

OPAMPLAN_INLINE bool sat_core::keep_going() {
  const std::uint64_t work =
      statistics_.assignments + statistics_.decisions + 64 * statistics_.conflicts;
  if (work < next_poll_) return true;
  next_poll_ = work + poll_interval;
  return !options_.keep_going || options_.keep_going();
}

// Learns from `conflict_`. The search goes on if the learnt clause belongs to level `floor` or
// above.
OPAMPLAN_INLINE sat_core::run_result sat_core::resolve_conflict(std::uint32_t floor) {
  ++statistics_.conflicts;
  const bool at_level_0 = std::all_of(conflict_.begin(), conflict_.end(),
                                      [&](literal l) { return levels_[variable(l)] == 0; });
  if (at_level_0) {
    refute(conflict_);
    return run_result::contradiction;
  }
  if (conflicts_left_ == 0) return run_result::gave_up;
  --conflicts_left_;
  const std::uint32_t back = analyze();
  learn(back);
  if (clauses_.size() >= clause_limit_) forget_clauses();
  assert(statistics_.conflicts % 16 != 0 || trail_is_sound());
  return back < floor ? run_result::below_floor : run_result::going_on;
}

// The most active variable, as it was last; the walk decides where no conflict has been.
OPAMPLAN_INLINE sat_core::step sat_core::decide_freely() {
  while (!order_.empty()) {
    const std::uint32_t var = order_.take();
    if (values_[var] != 0) continue;
    new_level();
    ++statistics_.decisions;
    assign(literal{2 * var + (phases_[var] == 1 ? 0U : 1U)}, {});
    return step::decided;
  }
  return decide();
}

// Conflict-driven search above level `floor`, until all that the walk reaches is selected. Free
// search restarts at `floor`; the walk need not, it would come back the same way.
OPAMPLAN_INLINE sat_core::run_result sat_core::search(std::uint32_t floor, order by) {
  std::uint64_t restarts = 0;
  std::uint64_t until_restart = solve_impl::restart_unit;
  while (true) {
    if (!keep_going()) return run_result::gave_up;
    if (propagate()) {
      const step s = by == order::free ? decide_freely() : decide();
      if (s == step::complete) return run_result::complete;
      if (s != step::conflict) continue;
    }
    const run_result r = resolve_conflict(floor);
    if (r != run_result::going_on) return r;
    if (by == order::walk) {
      if (walk_conflicts_left_ == 0) return run_result::hard;
      --walk_conflicts_left_;
    } else if (--until_restart == 0) {
      backtrack(floor);
      until_restart = solve_impl::restart_unit * solve_impl::luby(++restarts + 1);
    }
  }
}

OPAMPLAN_INLINE sat_core::run_result sat_core::run(std::uint32_t floor) {
  if (!free_) {
    const run_result r = search(floor, order::walk);
    if (r != run_result::hard) return r;
    backtrack(floor);
    free_ = true;
    order_.resize(values_.size());
    phases_.resize(values_.size(), 0);
    model_.resize(tables_.roles.size(), no_candidate);
  }
  return run_guided(floor);
}

OPAMPLAN_INLINE void sat_core::remember_model() {
  ++statistics_.models;
  for (const role_id r : model_roles_) model_[to_index(r)] = no_candidate;
  model_roles_ = visit_order_;
  for (const role_id r : model_roles_) model_[to_index(r)] = role_selected_[to_index(r)];
}

// The walk, with a model at hand that agrees with all that is decided. A decision the model lacks
// is tried by a free search above it.
OPAMPLAN_INLINE sat_core::run_result sat_core::run_guided(std::uint32_t floor) {
  const run_result any = search(floor, order::free);
  if (any != run_result::complete) return any;
  remember_model();
  backtrack(floor);
  while (true) {
    if (!keep_going()) return run_result::gave_up;
    const step s = propagate() ? decide() : step::conflict;
    if (s == step::complete) return run_result::complete;
    assert(s == step::decided);  // nothing contradicts a model
    const candidate_id c{variable(trail_.back())};
    if (model_[to_index(tables_.candidate_roles[to_index(c)])] == c) continue;
    const std::uint32_t here = level();
    switch (const run_result with = search(here, order::free)) {
      case run_result::complete:
        remember_model();
        backtrack(here);
        break;
      case run_result::below_floor:
        if (level() < floor) return with;
        break;  // something is learnt: the walk goes on from where it matters
      default:
        return with;
    }
  }
}

}  // namespace opamplan
