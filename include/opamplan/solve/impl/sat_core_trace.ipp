/// \file
/// The SAT core: which rules a refutation rests on.
///
/// Each learnt clause carries the rules that its derivation used; what is false in the end, with
/// the facts of level 0 below it, names the rules of the refutation (the resolution trace of Zhang
/// and Malik 2003, with rules for clauses).
#pragma once

#include <algorithm>

#include "opamplan/base/config.hpp"
#include "opamplan/solve/sat_core.hpp"

namespace opamplan {

OPAMPLAN_INLINE void sat_core::use(rule_place::kind what, candidate_id c, std::size_t position) {
  // Branches of alternatives are part of the rule that has the alternative.
  if (tables_.candidate_packages[to_index(c)] == no_package) return;
  used_.push_back({what, c, static_cast<std::uint32_t>(position)});
}

OPAMPLAN_INLINE void sat_core::use_required(candidate_id c, choice_id s) {
  const auto row = required_row(c);
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (row[i] == s && required_enabled(c, i)) return use(rule_place::kind::required, c, i);
  }
}

OPAMPLAN_INLINE bool sat_core::use_forbidden(candidate_id c, choice_id s) {
  const bool root = uses_root_rules(c);
  const auto& rows = root ? tables_.root_forbidden : tables_.forbidden;
  const auto rules = root ? &enabled_rules::root_forbidden : &enabled_rules::forbidden;
  const auto row = rows[to_index(c)];
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (row[i] == s && enabled(rules, c, rows.offsets[to_index(c)] + i)) {
      use(rule_place::kind::forbidden, c, i);
      return true;
    }
  }
  return false;
}

OPAMPLAN_INLINE void sat_core::use_class(candidate_id c, std::uint32_t k) {
  const auto row = tables_.classes[to_index(c)];
  const auto it = std::find(row.begin(), row.end(), k);
  use(rule_place::kind::conflict_class, c, static_cast<std::size_t>(it - row.begin()));
}

OPAMPLAN_INLINE void sat_core::note_class_conflict(candidate_id c, std::uint32_t k) {
  used_.clear();
  use_class(c, k);
  use_class(class_selected_[k], k);
  conflict_rules_ = used_;
}

// The rules, of candidates or learnt, by which `why` makes `l` true. What follows from the meaning
// of roles and choices alone needs none.
OPAMPLAN_INLINE void sat_core::use_rules(literal l, reason why) {
  switch (why.kind) {
    case reason_kind::implied:
      use_implication(l, literal{why.arg});
      break;
    case reason_kind::clause: {
      const auto& rules = clause_rules_[why.arg];
      used_.insert(used_.end(), rules.begin(), rules.end());
      break;
    }
    case reason_kind::none:
      if (why.arg != 0) {
        const auto& rules = facts_[why.arg - 1].rules;
        used_.insert(used_.end(), rules.begin(), rules.end());
      }
      break;
    case reason_kind::no_member:
    case reason_kind::last_member:
      break;
  }
}

OPAMPLAN_INLINE void sat_core::use_implication(literal l, literal because) {
  const bool by_candidate = is_candidate(variable(because));
  if (!is_candidate(variable(l))) {
    // A choice: required or forbidden by a candidate, or disjoint from what is chosen already.
    if (!by_candidate) return;
    const candidate_id c{variable(because)};
    const choice_id s = as_choice(variable(l));
    if (!is_negative(l)) {
      use_required(c, s);
    } else if (tables_.choices[to_index(s)].role != tables_.candidate_roles[to_index(c)] ||
               tables_.contains(s, c)) {
      use_forbidden(c, s);
    }
    return;
  }
  const candidate_id c{variable(l)};
  const role_id own = tables_.candidate_roles[to_index(c)];
  if (!by_candidate) {
    const choice_id s = as_choice(variable(because));
    const bool same_role = tables_.choices[to_index(s)].role == own;
    const bool member = same_role && tables_.contains(s, c);
    if (is_negative(because)) {
      if (!member) use_required(c, s);
    } else if (!same_role || member) {
      use_forbidden(c, s);
    }
    return;
  }
  const candidate_id other{variable(because)};
  if (tables_.candidate_roles[to_index(other)] == own) return;
  const bool forbids = !for_each_forbidden(c, [&](choice_id s) {
    return tables_.choices[to_index(s)].role != tables_.candidate_roles[to_index(other)] ||
           !tables_.contains(s, other) || !use_forbidden(c, s);
  });
  if (forbids) return;
  for_each_class(c, [&](std::uint32_t k) {
    const bool shared = !for_each_class(other, [&](std::uint32_t m) { return m != k; });
    if (!shared) return true;
    use_class(c, k);
    use_class(other, k);
    return false;
  });
}

// The rules behind a literal of level 0, and behind what made it so.
OPAMPLAN_INLINE void sat_core::use_fact(std::uint32_t var) {
  const auto meet = [&](std::uint32_t v) {
    if (fact_seen_[v] != 0) return;
    fact_seen_[v] = 1;
    used_facts_.push_back(v);
  };
  std::size_t next = used_facts_.size();
  meet(var);
  for (; next < used_facts_.size(); ++next) {
    const std::uint32_t v = used_facts_[next];
    const literal l{2 * v + (values_[v] == 1 ? 0U : 1U)};
    use_rules(l, reasons_[v]);
    for_each_cause(l, reasons_[v], [&](literal cause) { meet(variable(cause)); });
    if (reasons_[v].kind == reason_kind::none && reasons_[v].arg != 0) {
      const std::uint32_t before = facts_[reasons_[v].arg - 1].before;
      if (before != no_variable) meet(before);
    }
  }
}

// Ends one derivation.
OPAMPLAN_INLINE void sat_core::sort_used() {
  std::sort(used_.begin(), used_.end());
  used_.erase(std::unique(used_.begin(), used_.end()), used_.end());
  for (const std::uint32_t v : used_facts_) fact_seen_[v] = 0;
  used_facts_.clear();
}

// The request fails because these literals are false at level 0.
OPAMPLAN_INLINE search_outcome sat_core::refute(std::span<const literal> false_literals) {
  if (options_.trace) {
    used_ = conflict_rules_;
    for (const literal l : false_literals) use_fact(variable(l));
    sort_used();
    refutation_ = used_;
  }
  return search_outcome::unsatisfiable;
}

}  // namespace opamplan
