/// \file
/// The SAT core: unit propagation over the implicit and the learnt clauses.
#pragma once

#include "opamplan/base/config.hpp"
#include "opamplan/solve/sat_core.hpp"

namespace opamplan {

// By a rule of `c` and this literal.
OPAMPLAN_INLINE sat_core::reason sat_core::by_required(candidate_id c, choice_id s,
                                                       literal l) const noexcept {
  const bool as_target = conditional_ && rules_.is_required_of_root_only(c, s);
  return as_target ? reason{reason::kind::as_target, l.code} : solve_impl::implied_by(l);
}
OPAMPLAN_INLINE sat_core::reason sat_core::by_forbidden(candidate_id c, choice_id s,
                                                        literal l) const noexcept {
  const bool as_target = conditional_ && rules_.is_forbidden_to_root_only(c, s);
  return as_target ? reason{reason::kind::as_target, l.code} : solve_impl::implied_by(l);
}

OPAMPLAN_INLINE bool sat_core::imply(literal l, reason why) {
  if (trail_.is_true(l)) return true;
  if (trail_.is_false(l)) {
    conflict_.assign(1, l);
  } else {
    // Another candidate may have been selected whose propagation, which excludes this one, is still
    // to come: both are learnt of, say. Then the causes of this one contradict that one.
    const candidate_id other = rival(l);
    if (other == candidate_id::none) {
      assign(l, why);
      return true;
    }
    conflict_.assign(1, negate(is_selected(other)));
  }
  causes_.visit(l, why, [&](literal cause) { conflict_.push_back(negate(cause)); });
  proof_.note_conflict(l, why);
  return false;
}

OPAMPLAN_INLINE bool sat_core::propagate() {
  proof_.begin_conflict();
  while (trail_.waits()) {
    const literal l = trail_.next();
    const std::uint32_t var = variable(l);
    bool consistent = true;
    if (vars_.is_candidate(var)) {
      const candidate_id c{var};
      consistent = is_negative(l) ? check_domain(role_of(c)) : propagate_selected(c);
    } else if (vars_.is_role(var)) {
      consistent = is_negative(l) || propagate_target(vars_.as_role(var));
    } else {
      const choice_id s = vars_.as_choice(var);
      consistent =
          is_negative(l) ? propagate_forbidden(s) && propagate_never(s) : propagate_required(s);
    }
    if (!consistent || !clauses_.visit(negate(l), trail_, [&](literal last, std::uint32_t clause) {
          return imply(last, {reason::kind::clause, clause});
        })) {
      return false;
    }
  }
  return true;
}

OPAMPLAN_INLINE bool sat_core::propagate_selected(candidate_id c) {
  const literal selected = is_selected(c);
  domains_.for_each_rival(c, [&](candidate_id other) { exclude(other, implied_by(selected)); });
  return rules_.for_each_class(c, [&](std::uint32_t k) {
    const candidate_id other = domains_.of_class(k);
    if (other == c) return true;
    conflict_ = {negate(selected), negate(is_selected(other))};
    proof_.note_class_conflict(c, other, k);
    return false;
  }) && propagate_rules(c);
}

OPAMPLAN_INLINE bool sat_core::propagate_rules(candidate_id c) {
  const literal selected = is_selected(c);
  return rules_.for_each_required(c, [&](choice_id s) {
    return imply(vars_.holds(s), by_required(c, s, selected));
  }) && rules_.for_each_forbidden(c, [&](choice_id s) {
    return imply(negate(vars_.holds(s)), by_forbidden(c, s, selected));
  });
}

// What is selected of the role has more rules now.
OPAMPLAN_INLINE bool sat_core::propagate_target(role_id r) {
  const candidate_id selected = domains_.selected(r);
  return selected == candidate_id::none || propagate_rules(selected);
}

OPAMPLAN_INLINE bool sat_core::propagate_required(choice_id s) {
  domains_.require(s);
  const role_id r = role_of(s);
  const candidate_id selected = domains_.selected(r);
  if (selected != candidate_id::none) {
    if (tables_.contains(s, selected)) return true;
    conflict_ = {negate(vars_.holds(s)), negate(is_selected(selected))};
    return false;
  }
  domains_.for_each_other(s, [&](candidate_id c) { exclude(c, implied_by(vars_.holds(s))); });
  return check_domain(r);
}

OPAMPLAN_INLINE bool sat_core::propagate_forbidden(choice_id s) {
  const candidate_id selected = domains_.selected(role_of(s));
  if (selected != candidate_id::none) {
    if (!tables_.contains(s, selected)) return true;
    conflict_ = {vars_.holds(s), negate(is_selected(selected))};
    return false;
  }
  domains_.for_each_member(s,
                           [&](candidate_id c) { exclude(c, implied_by(negate(vars_.holds(s)))); });
  return true;
}

// At level 0: whoever requires what can never be had can never be selected, nor, in turn, what has
// lost its last member so. Above, the walk finds that out where it comes by; but for a chain of
// names that ends in nothing it would come down from the target again for each name. Not with root
// rules: then all is forgotten after the request, and it would cost more than it saves.
OPAMPLAN_INLINE bool sat_core::propagate_never(choice_id s) {
  if (trail_.level() != 0 || options_.root_role != role_id::none) return true;
  if (requirers_.size() == 0) {
    requirers_ = counted_rows(tables_.choices.size(), [&](const auto& visit) {
      for (std::uint32_t c = 0; c < tables_.candidate_roles.size(); ++c) {
        for (const choice_id t : tables_.required[c]) visit(t, c);
      }
    });
    choices_of_role_ = counted_rows(tables_.roles.size(), [&](const auto& visit) {
      for (std::uint32_t t = 0; t < tables_.choices.size(); ++t) {
        visit(tables_.choices[t].role, t);
      }
    });
  }
  const auto requirers = requirers_[s];
  bool fewer = false;  // in the role of this candidate
  for (std::size_t i = 0; i < requirers.size(); ++i) {
    const candidate_id c{requirers[i]};
    const bool in_force =
        !rules_.for_each_required(c, [&](choice_id required) { return required != s; });
    if (in_force && !trail_.is_false(is_selected(c))) {
      if (!imply(negate(is_selected(c)), implied_by(negate(vars_.holds(s))))) return false;
      fewer = true;
    }
    // Candidates of a role are neighbours.
    const role_id r = role_of(c);
    if (i + 1 < requirers.size() && role_of(candidate_id{requirers[i + 1]}) == r) continue;
    for (const std::uint32_t t : choices_of_role_[r]) {
      const literal never = negate(vars_.holds(choice_id{t}));
      if (!fewer) break;
      if (trail_.is_true(never) || domains_.meets(choice_id{t})) continue;
      if (!imply(never, {reason::kind::no_member, 0})) return false;
    }
    fewer = false;
  }
  return true;
}

// A role that is required must keep a candidate, and its last one is selected.
OPAMPLAN_INLINE bool sat_core::check_domain(role_id r) {
  const choice_id required = domains_.required(r);
  if (required == choice_id::none || domains_.size(r) > 1) return true;
  const candidate_id last = domains_.first(r);
  if (last != candidate_id::none) {
    return imply(is_selected(last), {reason::kind::last_member, required.value()});
  }
  const literal never = negate(vars_.holds(required));
  conflict_.assign(1, never);
  causes_.visit(never, {reason::kind::no_member, 0},
                [&](literal cause) { conflict_.push_back(negate(cause)); });
  return false;
}

}  // namespace opamplan
