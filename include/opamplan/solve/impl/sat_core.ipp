/// \file
/// The SAT core: construction, and the trail with what follows it.
#pragma once

#include <cassert>
#include <utility>

#include "opamplan/base/config.hpp"
#include "opamplan/solve/sat_core.hpp"

namespace opamplan {

OPAMPLAN_INLINE search_statistics& search_statistics::operator+=(
    const search_statistics& other) noexcept {
  requests += other.requests;
  decisions += other.decisions;
  conflicts += other.conflicts;
  assignments += other.assignments;
  learnt_literals += other.learnt_literals;
  forgotten_clauses += other.forgotten_clauses;
  models += other.models;
  return *this;
}

OPAMPLAN_INLINE sat_core::sat_core(const universe_tables& tables, options opts)
    : tables_(tables),
      options_(std::move(opts)),
      vars_(tables),
      rules_(tables, options_.root_role, options_.enabled),
      trail_(vars_.count()),
      domains_(tables),
      clauses_(vars_.count(), options_.clause_limit),
      causes_(tables, vars_, rules_, clauses_),
      proof_(options_.trace, tables, vars_, rules_, trail_, causes_),
      analysis_(trail_, causes_, proof_),
      walk_(tables.roles.size()) {
  domains_.prefer(options_.preferred);
  for (const choice_id root : options_.roots) base_roles_.push_back(role_of(root));
}

OPAMPLAN_INLINE void sat_core::reset() {
  trail_.clear([&](literal l) { undo(l); });
  walk_.clear();
  clauses_.clear();
  proof_.clear();
  base_ready_ = started_ = contradictory_ = false;
}

OPAMPLAN_INLINE void sat_core::prefer(std::vector<candidate_id> preferred) {
  options_.preferred = std::move(preferred);
  domains_.prefer(options_.preferred);
  backtrack(0);  // the roots may be decided otherwise
  base_ready_ = false;
}

// The candidate that is selected in place of the one that `l` would select.
OPAMPLAN_INLINE candidate_id sat_core::rival(literal l) const noexcept {
  const std::uint32_t var = variable(l);
  if (is_negative(l) || !vars_.is_candidate(var)) return candidate_id::none;
  const candidate_id selected = domains_.selected(tables_.candidate_roles[var]);
  return selected == candidate_id{var} ? candidate_id::none : selected;
}

OPAMPLAN_INLINE void sat_core::assign(literal l, reason why) {
  assert(rival(l) == candidate_id::none);
  trail_.push(l, why);
  ++statistics_.assignments;
  const std::uint32_t var = variable(l);
  if (!vars_.is_candidate(var)) return;
  const candidate_id c{var};
  if (is_negative(l)) {
    domains_.exclude(c);
    return;
  }
  domains_.select(c);
  rules_.for_each_class(c, [&](std::uint32_t k) {
    domains_.join(c, k);
    return true;
  });
}

// While `l` is still assigned.
OPAMPLAN_INLINE void sat_core::undo(literal l) {
  const std::uint32_t var = variable(l);
  if (free_) order_.put(var, trail_.value_of(var));
  if (!vars_.is_candidate(var)) {
    // Required when propagated, which may not have happened.
    if (!is_negative(l) && !vars_.is_role(var)) domains_.release(vars_.as_choice(var));
  } else if (is_negative(l)) {
    domains_.readmit(candidate_id{var});
  } else {
    domains_.unselect(candidate_id{var});
  }
}

OPAMPLAN_INLINE void sat_core::new_level() {
  trail_.new_level();
  walk_.new_level();
}

OPAMPLAN_INLINE void sat_core::backtrack(std::uint32_t to_level) {
  trail_.backtrack(to_level, [&](literal l) { undo(l); });
  walk_.backtrack(to_level);
}

}  // namespace opamplan

#include "opamplan/solve/impl/sat_core_check.ipp"
#include "opamplan/solve/impl/sat_core_decide.ipp"
#include "opamplan/solve/impl/sat_core_propagate.ipp"
#include "opamplan/solve/impl/sat_core_request.ipp"
#include "opamplan/solve/impl/sat_core_search.ipp"
