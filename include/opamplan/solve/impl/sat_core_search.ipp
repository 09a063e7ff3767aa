/// \file
/// The SAT core: the search itself, in the order of the walk or guided by models.
#pragma once

#include <algorithm>
#include <cassert>
#include <utility>
#include <vector>

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
  std::uint32_t conflict_level = 0;
  for (const literal l : conflict_) {
    conflict_level = std::max(conflict_level, trail_.level_of(variable(l)));
  }
  if (conflict_level == 0) {
    refute(conflict_);
    return run_result::contradiction;
  }
  if (conflicts_left_ == 0) return run_result::gave_up;
  --conflicts_left_;
  backtrack(conflict_level);
  const std::uint32_t back = analysis_.run(conflict_, free_ ? &order_ : nullptr);
  learn(back);
  if (clauses_.full()) {
    statistics_.forgotten_clauses += clauses_.forget(
        trail_, [&](std::uint32_t from, std::uint32_t to) { proof_.move_clause(from, to); });
    proof_.keep_clauses(clauses_.size());
  }
  assert(statistics_.conflicts % 16 != 0 || trail_is_sound());
  return back < floor ? run_result::below_floor : run_result::going_on;
}

// At level 0. `before`: the fact that the derivation rests on, beside the rules.
OPAMPLAN_INLINE void sat_core::assert_fact(literal l, solve_impl::proof::rule_list rules,
                                           std::uint32_t before) {
  assign(l, {reason::kind::none, proof_.add_fact(std::move(rules), before)});
}

// Goes back to `to_level`, keeps what was learnt and asserts its first literal.
OPAMPLAN_INLINE void sat_core::learn(std::uint32_t to_level) {
  using solve_impl::proof;
  backtrack(to_level);
  const std::vector<literal>& learnt = analysis_.learnt();
  statistics_.learnt_literals += learnt.size();
  proof_.end();
  if (learnt.size() == 1) {
    assert_fact(learnt[0], proof_.used(), proof::no_variable);
    std::uint32_t before = variable(learnt[0]);
    for (auto& d : analysis_.dominators()) {
      // If another candidate is a fact by now, the role contradicts itself, which shows soon.
      if (rival(d.fact) != candidate_id::none) break;
      assert_fact(d.fact, std::move(d.rules), before);
      before = variable(d.fact);
    }
    return;
  }
  proof_.add_clause();
  assign(learnt[0], {reason::kind::clause, clauses_.add(learnt, analysis_.glue())});
}

// Conflict-driven search above level `floor`, until all that the walk reaches is selected. Free
// search restarts at `floor`; the walk need not, it would come back the same way.
OPAMPLAN_INLINE sat_core::run_result sat_core::search(std::uint32_t floor, order by) {
  std::uint64_t restarts = 0;
  std::uint64_t until_restart = solve_impl::restart_unit;
  while (true) {
    if (!keep_going()) return run_result::gave_up;
    if (propagate()) {
      const decision d = by == order::free ? decide_freely() : decide();
      if (d == decision::complete) return run_result::complete;
      if (d != decision::conflict) continue;
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
    order_.resize(vars_.count());
    model_.resize(tables_.roles.size());
  }
  return run_guided(floor);
}

OPAMPLAN_INLINE void sat_core::remember_model() {
  ++statistics_.models;
  model_.remember(walk_.visited(), domains_);
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
    const decision d = propagate() ? decide() : decision::conflict;
    if (d == decision::complete) return run_result::complete;
    assert(d == decision::made);  // nothing contradicts a model
    const candidate_id c{variable(trail_.back())};
    if (model_.selected(role_of(c)) == c) continue;
    const std::uint32_t here = trail_.level();
    switch (const run_result with = search(here, order::free)) {
      case run_result::complete:
        remember_model();
        backtrack(here);
        break;
      case run_result::below_floor:
        if (trail_.level() < floor) return with;
        break;  // something is learnt: the walk goes on from where it matters
      default:
        return with;
    }
  }
}

}  // namespace opamplan
