/// \file
/// The SAT core: the trail's invariants, as the header states them. Called by debug builds alone.
#pragma once

#include <algorithm>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/solve/sat_core.hpp"

namespace opamplan {

OPAMPLAN_INLINE bool sat_core::trail_is_sound() const {
  std::vector<std::uint8_t> met(trail_.variables(), 0);
  std::uint32_t level = 0;
  for (std::size_t i = 0; i < trail_.size(); ++i) {
    while (level < trail_.level() && trail_.begin_of(level + 1) <= i) ++level;
    const std::uint32_t var = variable(trail_[i]);
    if (met[var] != 0 || !trail_.is_true(trail_[i]) || trail_.level_of(var) != level) return false;
    met[var] = 1;
  }
  for (std::uint32_t v = 0; v < trail_.variables(); ++v) {
    if ((trail_.value_of(v) != 0) != (met[v] != 0)) return false;
  }
  return reasons_are_sound() && domains_are_sound();
}

OPAMPLAN_INLINE bool sat_core::reasons_are_sound() const {
  std::vector<std::uint8_t> before(trail_.variables(), 0);
  bool sound = true;
  for (const literal l : trail_) {
    causes_.visit(l, trail_.reason_of(variable(l)), [&](literal cause) {
      sound = sound && trail_.is_true(cause) && before[variable(cause)] != 0;
    });
    before[variable(l)] = 1;
  }
  return sound;
}

OPAMPLAN_INLINE bool sat_core::domains_are_sound() const {
  for (std::size_t i = 0; i < tables_.roles.size(); ++i) {
    const role_id r(i);
    const auto& role = tables_.roles[i];
    std::uint32_t possible = 0;
    candidate_id selected = candidate_id::none;
    for (std::uint32_t n = 0; n < role.candidate_count; ++n) {
      const candidate_id c{role.first_candidate + n};
      if (domains_.has(c) == trail_.is_false(is_selected(c))) return false;
      possible += domains_.has(c) ? 1 : 0;
      if (!trail_.is_true(is_selected(c))) continue;
      if (selected != candidate_id::none) return false;
      selected = c;
    }
    if (possible != domains_.size(r) || selected != domains_.selected(r)) return false;
  }
  return true;
}

// Every learnt clause is true or has two literals left, no required role has just one candidate
// left, and what is selected keeps its rules.
OPAMPLAN_INLINE bool sat_core::nothing_waits() const {
  if (trail_.waits()) return false;
  for (std::size_t i = 0; i < clauses_.size(); ++i) {
    const auto lits = clauses_[i];
    if (std::any_of(lits.begin(), lits.end(), [&](literal l) { return trail_.is_true(l); })) {
      continue;
    }
    if (std::count_if(lits.begin(), lits.end(), [&](literal l) { return !trail_.is_false(l); }) <
        2) {
      return false;
    }
  }
  const auto has_member = [&](choice_id s) {
    const candidate_id c = domains_.selected(role_of(s));
    return c != candidate_id::none && tables_.contains(s, c);
  };
  for (std::size_t i = 0; i < tables_.roles.size(); ++i) {
    const role_id r(i);
    const candidate_id c = domains_.selected(r);
    if (c == candidate_id::none) {
      if (domains_.required(r) != choice_id::none && domains_.size(r) < 2) return false;
      continue;
    }
    if (!rules_.for_each_required(c, [&](choice_id s) { return trail_.is_true(vars_.holds(s)); }) ||
        !rules_.for_each_forbidden(c, [&](choice_id s) { return !has_member(s); }) ||
        !rules_.for_each_class(c, [&](std::uint32_t k) { return domains_.of_class(k) == c; })) {
      return false;
    }
  }
  return true;
}

}  // namespace opamplan
