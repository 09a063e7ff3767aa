/// \file
/// The SAT core: requests, and what is kept between them.
#pragma once

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
      if (!trail_.is_false(is_selected(c))) assign(negate(is_selected(c)), {});
    }
    for (const choice_id root : options_.roots) {
      if (!trail_.is_true(vars_.holds(root))) assign(vars_.holds(root), {});
    }
  }
  walk_.set_roots(base_roles_);
  walk_.restart();
  const run_result result = run(0);
  contradictory_ = result == run_result::contradiction;
  base_ready_ = result == run_result::complete;
  base_level_ = trail_.level();
  return base_ready_;
}

OPAMPLAN_INLINE search_outcome sat_core::solve(choice_id target, bool as_root) {
  return solve_literal(vars_.holds(target), role_of(target), as_root);
}

OPAMPLAN_INLINE search_outcome sat_core::solve(candidate_id target, bool as_root) {
  return solve_literal(is_selected(target), role_of(target), as_root);
}

// The root rules of a role hold under an assumption of their own, so that what is learnt names it
// where it rests on them (Een and Sorensson 2003, activation literals): it is true of all requests.
OPAMPLAN_INLINE void sat_core::use_root_rules(role_id role) {
  new_level();
  rules_.set_root_role(role);
  conditional_ = true;
  assign(vars_.is_target(role), {});
}

// At the level below.
OPAMPLAN_INLINE void sat_core::use_root_rules_of_none() {
  if (conditional_) rules_.set_root_role(role_id::none);
  conditional_ = false;
}

OPAMPLAN_INLINE search_outcome sat_core::solve_literal(literal target, role_id role, bool as_root) {
  assert(!as_root || (options_.root_role == role_id::none && !options_.trace));
  ++statistics_.requests;
  as_root_ = as_root;
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
  if (trail_.is_false(target)) return solve_from_scratch(target, role);
  if (as_root_) {
    // What the base selected of the role was walked without the root rules.
    if (domains_.selected(role) != candidate_id::none || trail_.is_false(vars_.is_target(role))) {
      return solve_from_scratch(target, role);
    }
    use_root_rules(role);
    if (!propagate() || trail_.is_false(target)) return solve_from_scratch(target, role);
  }
  new_level();
  if (!trail_.is_true(target)) assign(target, {});
  walk_.add_root(role);
  switch (run(trail_.level())) {
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
  if (as_root_) {  // what level 0 decides was walked without the root rules
    walk_.clear();
    walk_.restart();
  }
  while (true) {
    if (trail_.level() == 0) use_root_rules_of_none();
    if (!propagate()) {
      contradictory_ = trail_.level() == 0;
      return finish(refute(conflict_), false);
    }
    if (trail_.is_false(target)) return finish(refute({&target, 1}), false);
    if (as_root_ && !conditional_) {
      if (trail_.is_false(vars_.is_target(role))) break;
      use_root_rules(role);
      continue;
    }
    new_level();
    if (!trail_.is_true(target)) assign(target, {});
    walk_.set_roots(base_roles_);
    walk_.add_root(role);
    switch (run(trail_.level())) {
      case run_result::complete:
        return finish(search_outcome::satisfiable, false);
      case run_result::contradiction:
        contradictory_ = true;
        return finish(search_outcome::unsatisfiable, false);
      case run_result::below_floor:
        break;  // something was learnt that holds whatever the target
      default:
        return finish(search_outcome::gave_up, false);
    }
  }
  return finish(search_outcome::unsatisfiable, false);
}

// The request fails because these literals are false at level 0.
OPAMPLAN_INLINE search_outcome sat_core::refute(std::span<const literal> false_literals) {
  proof_.refute(false_literals);
  return search_outcome::unsatisfiable;
}

OPAMPLAN_INLINE search_outcome sat_core::finish(search_outcome outcome, bool base_intact) {
  if (outcome == search_outcome::satisfiable) {
    assert(nothing_waits());
    for (const role_id r : walk_.visited()) selected_.push_back(domains_.selected(r));
  }
  walk_.set_roots(base_roles_);
  if (base_intact) {
    backtrack(base_level_);
  } else {
    backtrack(0);
    base_ready_ = false;
  }
  use_root_rules_of_none();
  if (free_) {
    free_ = false;
    order_.clear();
  }
  assert(trail_is_sound());
  return outcome;
}

}  // namespace opamplan
