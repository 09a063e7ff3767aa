/// \file
/// The SAT core: requests, and what is kept between them.
#pragma once

#include <algorithm>
#include <cassert>

#include "opamplan/base/config.hpp"
#include "opamplan/solve/sat_core.hpp"

namespace opamplan {

// Walks the roots once; their decisions stay on the trail for all requests that they suit.
OPAMPLAN_INLINE bool sat_core::prepare_base() {
  if (contradictory_) return false;
  if (base_ready_) return true;
  if (!started_) {
    started_ = true;
    for (const candidate_id c : options_.excluded) {
      if (!is_false(is_selected(c))) assign(negate(is_selected(c)), {});
    }
    for (const choice_id root : options_.roots) {
      if (!is_true(holds(root))) assign(holds(root), {});
    }
  }
  walk_roots_ = base_roles_;
  root_position_ = 0;
  const run_result result = run(0);
  contradictory_ = result == run_result::contradiction;
  base_ready_ = result == run_result::complete;
  base_level_ = level();
  return base_ready_;
}

OPAMPLAN_INLINE search_outcome sat_core::solve(choice_id target) {
  return solve_literal(holds(target), tables_.choices[to_index(target)].role);
}

OPAMPLAN_INLINE search_outcome sat_core::solve(candidate_id target) {
  return solve_literal(is_selected(target), tables_.candidate_roles[to_index(target)]);
}

OPAMPLAN_INLINE search_outcome sat_core::solve_literal(literal target, role_id role) {
  ++statistics_.requests;
  selected_.clear();
  conflicts_left_ = options_.conflict_limit;
  walk_conflicts_left_ = options_.walk_conflicts;
  try {
    if (prepare_base()) return solve_on_base(target, role);
    return finish(contradictory_ ? search_outcome::unsatisfiable : search_outcome::gave_up, false);
  } catch (...) {  // `keep_going` threw
    finish(search_outcome::gave_up, false);
    throw;
  }
}

// First tries the target on top of the roots' own preferred selection. If that succeeds it is the
// answer: each decision for the roots was the best possible even without the target. If not, the
// target may make the roots choose otherwise, and the walk starts again with the target assumed.
OPAMPLAN_INLINE search_outcome sat_core::solve_on_base(literal target, role_id role) {
  if (is_false(target)) return solve_from_scratch(target, role);
  new_level();
  if (!is_true(target)) assign(target, {});
  walk_roots_.push_back(role);
  switch (run(base_level_ + 1)) {
    case run_result::complete:
      return finish(search_outcome::satisfiable, true);
    case run_result::contradiction:
      contradictory_ = true;
      return finish(search_outcome::unsatisfiable, false);
    case run_result::below_floor:
      return solve_from_scratch(target, role);
    default:
      return finish(search_outcome::gave_up, true);
  }
}

OPAMPLAN_INLINE search_outcome sat_core::solve_from_scratch(literal target, role_id role) {
  backtrack(0);
  base_ready_ = false;
  while (true) {
    if (!propagate()) {
      contradictory_ = true;
      return finish(refute(conflict_), false);
    }
    if (is_false(target)) return finish(refute({&target, 1}), false);
    new_level();
    if (!is_true(target)) assign(target, {});
    walk_roots_ = base_roles_;
    walk_roots_.push_back(role);
    switch (run(1)) {
      case run_result::complete:
        return finish(search_outcome::satisfiable, false);
      case run_result::contradiction:
        contradictory_ = true;
        return finish(search_outcome::unsatisfiable, false);
      case run_result::below_floor:
        break;  // a fact was learnt at level 0
      default:
        return finish(search_outcome::gave_up, false);
    }
  }
}

OPAMPLAN_INLINE search_outcome sat_core::finish(search_outcome outcome, bool base_intact) {
  if (outcome == search_outcome::satisfiable) {
    assert(nothing_waits());
    for (const role_id r : visit_order_) selected_.push_back(role_selected_[to_index(r)]);
  }
  walk_roots_ = base_roles_;
  if (base_intact) {
    backtrack(base_level_);
  } else {
    backtrack(0);
    base_ready_ = false;
  }
  if (free_) {
    free_ = false;
    order_.clear();
    std::fill(phases_.begin(), phases_.end(), 0);
  }
  assert(trail_is_sound());
  return outcome;
}

}  // namespace opamplan
