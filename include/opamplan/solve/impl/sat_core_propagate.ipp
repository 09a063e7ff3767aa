/// \file
/// The SAT core: assignment, unit propagation over the implicit and the learnt clauses, undoing.
#pragma once

#include <algorithm>
#include <bit>
#include <cassert>

#include "opamplan/base/config.hpp"
#include "opamplan/solve/sat_core.hpp"

namespace opamplan {

// The candidate that is selected in place of the one that `l` would select.
OPAMPLAN_INLINE candidate_id sat_core::rival(literal l) const noexcept {
  const std::uint32_t var = variable(l);
  if (is_negative(l) || !is_candidate(var)) return no_candidate;
  const candidate_id selected = role_selected_[to_index(tables_.candidate_roles[var])];
  return selected == candidate_id{var} ? no_candidate : selected;
}

OPAMPLAN_INLINE void sat_core::assign(literal l, reason why) {
  assert(value(l) == 0 && rival(l) == no_candidate);
  const std::uint32_t var = variable(l);
  values_[var] = is_negative(l) ? 2 : 1;
  levels_[var] = level();
  reasons_[var] = why;
  trail_.push_back(l);
  ++statistics_.assignments;
  if (!is_candidate(var)) return;
  const candidate_id c{var};
  const role_id r = tables_.candidate_roles[var];
  if (is_negative(l)) {
    const auto& role = tables_.roles[to_index(r)];
    const std::uint32_t bit = var - role.first_candidate;
    domain_[role.first_word + bit / 64] &= ~(std::uint64_t{1} << (bit % 64));
    --domain_size_[to_index(r)];
  } else {
    role_selected_[to_index(r)] = c;
    for_each_class(c, [&](std::uint32_t k) {
      if (class_selected_[k] == no_candidate) class_selected_[k] = c;
      return true;
    });
  }
}

OPAMPLAN_INLINE void sat_core::undo(literal l) {
  const std::uint32_t var = variable(l);
  if (free_) {
    phases_[var] = values_[var];
    order_.put(var);
  }
  values_[var] = 0;
  if (!is_candidate(var)) {
    // Linked when propagated, which may not have happened: then the head is another choice.
    const choice_id s = as_choice(var);
    auto& head = role_required_[to_index(tables_.choices[to_index(s)].role)];
    if (!is_negative(l) && head == s) head = required_link_[to_index(s)];
    return;
  }
  const candidate_id c{var};
  const role_id r = tables_.candidate_roles[var];
  if (is_negative(l)) {
    const auto& role = tables_.roles[to_index(r)];
    const std::uint32_t bit = var - role.first_candidate;
    domain_[role.first_word + bit / 64] |= std::uint64_t{1} << (bit % 64);
    ++domain_size_[to_index(r)];
  } else {
    role_selected_[to_index(r)] = no_candidate;
    // All its classes: which rules are enabled may have changed since.
    for (const std::uint32_t k : tables_.classes[to_index(c)]) {
      if (class_selected_[k] == c) class_selected_[k] = no_candidate;
    }
  }
}

OPAMPLAN_INLINE void sat_core::backtrack(std::uint32_t to_level) {
  if (level() <= to_level) return;
  const decision& d = decisions_[to_level];
  while (trail_.size() > d.trail_size) {
    undo(trail_.back());
    trail_.pop_back();
  }
  queue_head_ = std::min<std::size_t>(queue_head_, d.trail_size);
  while (visit_order_.size() > d.visited_size) {
    visited_[to_index(visit_order_.back())] = 0;
    visit_order_.pop_back();
  }
  frames_.resize(d.frame_count);
  top_frame_ = d.top_frame;
  root_position_ = d.root_position;
  decisions_.resize(to_level);
}

OPAMPLAN_INLINE bool sat_core::imply(literal l, reason why) {
  if (is_true(l)) return true;
  if (is_false(l)) {
    conflict_.assign(1, l);
  } else {
    // Another candidate may have been selected whose propagation, which excludes this one, is still
    // to come: both are learnt of, say. Then the causes of this one contradict that one.
    const candidate_id other = rival(l);
    if (other == no_candidate) {
      assign(l, why);
      return true;
    }
    conflict_.assign(1, negate(is_selected(other)));
  }
  for_each_cause(l, why, [&](literal cause) { conflict_.push_back(negate(cause)); });
  if (options_.trace) {
    used_.clear();
    use_rules(l, why);
    conflict_rules_ = used_;
  }
  return false;
}

OPAMPLAN_INLINE bool sat_core::propagate() {
  conflict_rules_.clear();
  while (queue_head_ < trail_.size()) {
    const literal l = trail_[queue_head_++];
    const std::uint32_t var = variable(l);
    bool consistent = true;
    if (is_candidate(var)) {
      consistent = is_negative(l) ? check_domain(tables_.candidate_roles[var])
                                  : propagate_selected(candidate_id{var});
    } else {
      const choice_id s = as_choice(var);
      consistent =
          is_negative(l) ? propagate_forbidden(s) && propagate_never(s) : propagate_required(s);
    }
    if (!consistent || !visit_watches(negate(l))) return false;
  }
  return true;
}

OPAMPLAN_INLINE bool sat_core::propagate_selected(candidate_id c) {
  const reason because{reason_kind::implied, is_selected(c).code};
  const auto& role = tables_.roles[to_index(tables_.candidate_roles[to_index(c)])];
  const std::uint32_t own = static_cast<std::uint32_t>(c) - role.first_candidate;
  for (std::uint32_t w = 0; w < role.word_count; ++w) {
    std::uint64_t others = domain_[role.first_word + w];
    if (own / 64 == w) others &= ~(std::uint64_t{1} << (own % 64));
    for (; others != 0; others &= others - 1) {
      const auto bit = static_cast<std::uint32_t>(std::countr_zero(others));
      assign(negate(is_selected(candidate_id{role.first_candidate + 64 * w + bit})), because);
    }
  }
  return for_each_class(
             c,
             [&](std::uint32_t k) {
               if (class_selected_[k] == c) return true;
               conflict_ = {negate(is_selected(c)), negate(is_selected(class_selected_[k]))};
               if (options_.trace) note_class_conflict(c, k);
               return false;
             }) &&
         for_each_required(c, [&](choice_id s) { return imply(holds(s), because); }) &&
         for_each_forbidden(c, [&](choice_id s) { return imply(negate(holds(s)), because); });
}

OPAMPLAN_INLINE bool sat_core::propagate_required(choice_id s) {
  const role_id r = tables_.choices[to_index(s)].role;
  required_link_[to_index(s)] = role_required_[to_index(r)];
  role_required_[to_index(r)] = s;
  const candidate_id selected = role_selected_[to_index(r)];
  if (selected != no_candidate) {
    if (tables_.contains(s, selected)) return true;
    conflict_ = {negate(holds(s)), negate(is_selected(selected))};
    return false;
  }
  const auto& role = tables_.roles[to_index(r)];
  const auto members = tables_.members(s);
  const reason because{reason_kind::implied, holds(s).code};
  for (std::uint32_t w = 0; w < role.word_count; ++w) {
    for (std::uint64_t gone = domain_[role.first_word + w] & ~members[w]; gone != 0;
         gone &= gone - 1) {
      const auto bit = static_cast<std::uint32_t>(std::countr_zero(gone));
      assign(negate(is_selected(candidate_id{role.first_candidate + 64 * w + bit})), because);
    }
  }
  return check_domain(r);
}

OPAMPLAN_INLINE bool sat_core::propagate_forbidden(choice_id s) {
  const role_id r = tables_.choices[to_index(s)].role;
  const candidate_id selected = role_selected_[to_index(r)];
  if (selected != no_candidate) {
    if (!tables_.contains(s, selected)) return true;
    conflict_ = {holds(s), negate(is_selected(selected))};
    return false;
  }
  const auto& role = tables_.roles[to_index(r)];
  const auto members = tables_.members(s);
  const reason because{reason_kind::implied, negate(holds(s)).code};
  for (std::uint32_t w = 0; w < role.word_count; ++w) {
    for (std::uint64_t gone = domain_[role.first_word + w] & members[w]; gone != 0;
         gone &= gone - 1) {
      const auto bit = static_cast<std::uint32_t>(std::countr_zero(gone));
      assign(negate(is_selected(candidate_id{role.first_candidate + 64 * w + bit})), because);
    }
  }
  return true;
}

// At level 0: whoever requires what can never be had can never be selected, nor, in turn, what has
// lost its last member so. Above, the walk finds that out where it comes by; but for a chain of
// names that ends in nothing it would come down from the target again for each name. Not with root
// rules: then all is forgotten after the request, and it would cost more than it saves.
OPAMPLAN_INLINE bool sat_core::propagate_never(choice_id s) {
  if (level() != 0 || options_.root_role != no_root_role) return true;
  if (requirers_.size() == 0) {
    requirers_ = counted_rows(tables_.choices.size(), [&](const auto& visit) {
      for (std::uint32_t c = 0; c < candidate_count_; ++c) {
        for (const choice_id t : tables_.required[c]) visit(to_index(t), c);
      }
    });
    choices_of_role_ = counted_rows(tables_.roles.size(), [&](const auto& visit) {
      for (std::uint32_t t = 0; t < tables_.choices.size(); ++t) {
        visit(to_index(tables_.choices[t].role), t);
      }
    });
  }
  const auto requirers = requirers_[to_index(s)];
  bool fewer = false;  // in the role of this candidate
  for (std::size_t i = 0; i < requirers.size(); ++i) {
    const candidate_id c{requirers[i]};
    const bool in_force = !for_each_required(c, [&](choice_id required) { return required != s; });
    if (in_force && !is_false(is_selected(c))) {
      if (!imply(negate(is_selected(c)), {reason_kind::implied, negate(holds(s)).code})) {
        return false;
      }
      fewer = true;
    }
    // Candidates of a role are neighbours.
    const role_id r = tables_.candidate_roles[to_index(c)];
    if (i + 1 < requirers.size() && tables_.candidate_roles[requirers[i + 1]] == r) continue;
    for (const std::uint32_t t : choices_of_role_[to_index(r)]) {
      const literal never = negate(holds(choice_id{t}));
      if (!fewer) break;
      if (is_true(never) || meets_domain(choice_id{t})) continue;
      if (!imply(never, {reason_kind::no_member, 0})) return false;
    }
    fewer = false;
  }
  return true;
}

// A role that is required must keep a candidate, and its last one is selected.
OPAMPLAN_INLINE bool sat_core::check_domain(role_id r) {
  const choice_id required = role_required_[to_index(r)];
  if (required == no_choice || domain_size_[to_index(r)] > 1) return true;
  const auto& role = tables_.roles[to_index(r)];
  for (std::uint32_t w = 0; w < role.word_count; ++w) {
    const std::uint64_t word = domain_[role.first_word + w];
    if (word == 0) continue;
    const auto bit = static_cast<std::uint32_t>(std::countr_zero(word));
    const candidate_id last{role.first_candidate + 64 * w + bit};
    return imply(is_selected(last),
                 {reason_kind::last_member, static_cast<std::uint32_t>(required)});
  }
  conflict_.assign(1, negate(holds(required)));
  for_each_cause(negate(holds(required)), {reason_kind::no_member, 0},
                 [&](literal cause) { conflict_.push_back(negate(cause)); });
  return false;
}

// Two watched literals (Moskewicz et al. 2001), with blockers as in MiniSat 2.2.
OPAMPLAN_INLINE bool sat_core::visit_watches(literal falsified) {
  auto& list = watches_[falsified.code];
  std::size_t kept = 0;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const watch w = list[i];
    if (is_true(w.blocker)) {
      list[kept++] = w;
      continue;
    }
    literal* const lits = clause_literals_.data() + clauses_[w.clause].first;
    const std::uint32_t size = clauses_[w.clause].size;
    if (lits[0] == falsified) std::swap(lits[0], lits[1]);
    if (is_true(lits[0])) {
      list[kept++] = {w.clause, lits[0]};
      continue;
    }
    literal* const other =
        std::find_if(lits + 2, lits + size, [&](literal l) { return !is_false(l); });
    if (other != lits + size) {
      std::swap(lits[1], *other);
      watches_[lits[1].code].push_back({w.clause, lits[0]});
      continue;
    }
    list[kept++] = {w.clause, lits[0]};
    if (!imply(lits[0], {reason_kind::clause, w.clause})) {
      while (++i < list.size()) list[kept++] = list[i];
      list.resize(kept);
      return false;
    }
  }
  list.resize(kept);
  return true;
}

// True if a member of `s` may still be selected.
OPAMPLAN_INLINE bool sat_core::meets_domain(choice_id s) const noexcept {
  const auto& role = tables_.roles[to_index(tables_.choices[to_index(s)].role)];
  const auto members = tables_.members(s);
  for (std::uint32_t w = 0; w < role.word_count; ++w) {
    if ((domain_[role.first_word + w] & members[w]) != 0) return true;
  }
  return false;
}

}  // namespace opamplan
