/// \file
/// The SAT core: what is decided next, by the walk or freely.
#pragma once

#include <cstddef>

#include "opamplan/base/config.hpp"
#include "opamplan/solve/sat_core.hpp"

namespace opamplan {

OPAMPLAN_INLINE sat_core::decision sat_core::decide() {
  return walk_.next(tables_, rules_, domains_, [&](role_id r) { return choose(r); });
}

// The most active variable, as it was last; the walk decides where no conflict has been.
OPAMPLAN_INLINE sat_core::decision sat_core::decide_freely() {
  while (!order_.empty()) {
    const std::uint32_t var = order_.take();
    if (trail_.value_of(var) != 0) continue;
    new_level();
    ++statistics_.decisions;
    assign(literal{2 * var + (order_.last_value(var) == 1 ? 0U : 1U)}, {});
    return decision::made;
  }
  return decide();
}

// Decides the best candidate of `r` that is still possible, or excludes those that are not until
// propagation settles the role or fails.
OPAMPLAN_INLINE sat_core::decision sat_core::choose(role_id r) {
  for (candidate_id c = domains_.best(r); c != candidate_id::none; c = domains_.best(r)) {
    if (admissible(c)) {
      new_level();
      ++statistics_.decisions;
      assign(is_selected(c), {});
      return decision::made;
    }
    if (!propagate()) return decision::conflict;
    if (domains_.selected(r) != candidate_id::none) return decision::settled;
  }
  return decision::conflict;  // not reached: a required role with no candidate fails in propagate()
}

OPAMPLAN_INLINE void sat_core::exclude(candidate_id c, reason why) {
  assign(negate(is_selected(c)), why);
}

// False, with `c` excluded, if one of its rules contradicts what is assigned.
OPAMPLAN_INLINE bool sat_core::admissible(candidate_id c) {
  const auto keeps_required = [&](choice_id s) {
    const literal l = vars_.holds(s);
    if (trail_.is_true(l)) return true;
    if (!trail_.is_false(l)) {
      if (domains_.meets(s)) return true;
      assign(negate(l), why_disjoint(s));
    }
    exclude(c, by_required(c, s, negate(l)));
    return false;
  };
  const auto keeps_forbidden = [&](choice_id s) {
    const candidate_id other = domains_.selected(role_of(s));
    if (trail_.is_true(vars_.holds(s))) {
      exclude(c, by_forbidden(c, s, vars_.holds(s)));
      return false;
    }
    if (other != candidate_id::none && tables_.contains(s, other)) {
      exclude(c, by_forbidden(c, s, is_selected(other)));
      return false;
    }
    return true;
  };
  const auto keeps_class = [&](std::uint32_t k) {
    if (domains_.of_class(k) == candidate_id::none) return true;
    exclude(c, implied_by(is_selected(domains_.of_class(k))));
    return false;
  };
  return rules_.for_each_required(c, keeps_required) &&
         rules_.for_each_forbidden(c, keeps_forbidden) && rules_.for_each_class(c, keeps_class);
}

// Why no member of `s` is possible: the most general single literal, or all its members.
OPAMPLAN_INLINE sat_core::reason sat_core::why_disjoint(choice_id s) const noexcept {
  const role_id r = role_of(s);
  const auto members = tables_.members(s);
  for (choice_id t = domains_.required(r); t != choice_id::none; t = domains_.required_before(t)) {
    const auto other = tables_.members(t);
    bool disjoint = true;
    for (std::size_t w = 0; w < members.size(); ++w) {
      disjoint = disjoint && (members[w] & other[w]) == 0;
    }
    if (disjoint) return implied_by(vars_.holds(t));
  }
  const candidate_id selected = domains_.selected(r);
  if (selected != candidate_id::none) return implied_by(is_selected(selected));
  return {reason::kind::no_member, 0};
}

}  // namespace opamplan
