/// \file
/// The SAT core: the depth-first walk that decides, and the requests built on it.
#pragma once

#include <algorithm>
#include <bit>

#include "opamplan/config.hpp"
#include "opamplan/solve/sat_core.hpp"

namespace opamplan {

OPAMPLAN_INLINE void sat_core::new_level() {
  decisions_.push_back({static_cast<std::uint32_t>(trail_.size()),
                        static_cast<std::uint32_t>(visit_order_.size()),
                        static_cast<std::uint32_t>(frame_store_.size()),
                        static_cast<std::uint32_t>(stack_.size()), root_position_});
  frame_store_.insert(frame_store_.end(), stack_.begin(), stack_.end());
}

// Continues the walk to the next role that is undecided. Roles once visited stay selected until
// their level is undone, so the walk never starts again.
OPAMPLAN_INLINE sat_core::step sat_core::decide() {
  while (true) {
    role_id r{};
    if (stack_.empty()) {
      if (root_position_ == walk_roots_.size()) return step::complete;
      r = walk_roots_[root_position_];
    } else {
      frame& f = stack_.back();
      const auto row = required_row(f.candidate);
      while (f.next < row.size() && !required_enabled(f.candidate, f.next)) ++f.next;
      if (f.next == row.size()) {
        stack_.pop_back();
        continue;
      }
      r = tables_.choices[to_index(row[f.next])].role;
    }
    const bool first_visit = visited_[to_index(r)] == 0;
    if (first_visit) {
      while (role_selected_[to_index(r)] == no_candidate) {
        const step s = choose(r);
        if (s != step::settled) return s;
      }
      visited_[to_index(r)] = 1;
      visit_order_.push_back(r);
    }
    if (stack_.empty()) {
      ++root_position_;
    } else {
      ++stack_.back().next;
    }
    if (first_visit) stack_.push_back({role_selected_[to_index(r)], 0});
  }
}

// The candidate of `r` to try first among those still possible, or `no_candidate`.
OPAMPLAN_INLINE candidate_id sat_core::best_candidate(role_id r) const noexcept {
  const auto& role = tables_.roles[to_index(r)];
  const std::uint64_t* const words = domain_.data() + role.first_word;
  if (!preferred_.empty() && preferred_[to_index(r)] != no_candidate) {
    const candidate_id c = preferred_[to_index(r)];
    const auto bit = static_cast<std::uint32_t>(c) - role.first_candidate;
    if ((words[bit / 64] >> (bit % 64) & 1U) != 0) return c;
  }
  for (std::uint32_t w = 0; w < role.word_count; ++w) {
    if (words[w] == 0) continue;
    const auto bit = static_cast<std::uint32_t>(std::countr_zero(words[w]));
    return candidate_id{role.first_candidate + 64 * w + bit};
  }
  return no_candidate;
}

// Decides the best candidate of `r` that is still possible, or excludes those that are not until
// propagation settles the role or fails.
OPAMPLAN_INLINE sat_core::step sat_core::choose(role_id r) {
  for (candidate_id c = best_candidate(r); c != no_candidate; c = best_candidate(r)) {
    if (admissible(c)) {
      new_level();
      ++statistics_.decisions;
      assign(is_selected(c), {});
      return step::decided;
    }
    if (!propagate()) return step::conflict;
    if (role_selected_[to_index(r)] != no_candidate) return step::settled;
  }
  return step::conflict;  // not reached: a required role with no candidate fails in propagate()
}

OPAMPLAN_INLINE void sat_core::exclude(candidate_id c, literal because) {
  assign(negate(is_selected(c)), {reason_kind::implied, because.code});
}

// False, with `c` excluded, if one of its rules contradicts what is assigned.
OPAMPLAN_INLINE bool sat_core::admissible(candidate_id c) {
  return for_each_required(c,
                           [&](choice_id s) {
                             const literal l = holds(s);
                             if (is_true(l)) return true;
                             if (!is_false(l)) {
                               if (meets_domain(s)) return true;
                               assign(negate(l), why_disjoint(s));
                             }
                             exclude(c, negate(l));
                             return false;
                           }) &&
         for_each_forbidden(c,
                            [&](choice_id s) {
                              const role_id r = tables_.choices[to_index(s)].role;
                              const candidate_id other = role_selected_[to_index(r)];
                              if (is_true(holds(s))) {
                                exclude(c, holds(s));
                                return false;
                              }
                              if (other != no_candidate && tables_.contains(s, other)) {
                                exclude(c, is_selected(other));
                                return false;
                              }
                              return true;
                            }) &&
         for_each_class(c, [&](std::uint32_t k) {
           if (class_selected_[k] == no_candidate) return true;
           exclude(c, is_selected(class_selected_[k]));
           return false;
         });
}

// Why no member of `s` is possible: the most general single literal, or all its members.
OPAMPLAN_INLINE sat_core::reason sat_core::why_disjoint(choice_id s) const noexcept {
  const role_id r = tables_.choices[to_index(s)].role;
  const auto members = tables_.members(s);
  for (choice_id t = role_required_[to_index(r)]; t != no_choice; t = required_link_[to_index(t)]) {
    const auto other = tables_.members(t);
    bool disjoint = true;
    for (std::size_t w = 0; w < members.size(); ++w) {
      disjoint = disjoint && (members[w] & other[w]) == 0;
    }
    if (disjoint) return {reason_kind::implied, holds(t).code};
  }
  const candidate_id selected = role_selected_[to_index(r)];
  if (selected != no_candidate) return {reason_kind::implied, is_selected(selected).code};
  return {reason_kind::no_member, 0};
}

// The CDCL loop, until the walk is complete or a learnt clause belongs below level `floor`.
OPAMPLAN_INLINE sat_core::run_result sat_core::run(std::uint32_t floor) {
  while (true) {
    bool consistent = propagate();
    if (consistent) {
      switch (decide()) {
        case step::complete:
          return run_result::complete;
        case step::conflict:
          consistent = false;
          break;
        default:
          break;
      }
    }
    if (consistent) continue;
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
    if (back < floor) return run_result::below_floor;
  }
}

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
  conflicts_left_ = options_.conflict_limit;
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

// First tries the target on top of the roots' own preferred selection. If that succeeds it is the
// answer: each decision for the roots was the best possible even without the target. If not, the
// target may make the roots choose otherwise, and the walk starts again with the target assumed.
OPAMPLAN_INLINE search_outcome sat_core::solve_literal(literal target, role_id role) {
  ++statistics_.requests;
  selected_.clear();
  if (!prepare_base()) {
    return contradictory_ ? search_outcome::unsatisfiable : search_outcome::gave_up;
  }
  conflicts_left_ = options_.conflict_limit;
  if (is_false(target)) return solve_from_scratch(target, role);
  new_level();
  if (!is_true(target)) assign(target, {});
  walk_roots_.push_back(role);
  const run_result result = run(base_level_ + 1);
  switch (result) {
    case run_result::complete:
      return finish(search_outcome::satisfiable, true);
    case run_result::gave_up:
      return finish(search_outcome::gave_up, true);
    case run_result::contradiction:
      contradictory_ = true;
      return finish(search_outcome::unsatisfiable, false);
    case run_result::below_floor:
      break;
  }
  return solve_from_scratch(target, role);
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
      case run_result::gave_up:
        return finish(search_outcome::gave_up, false);
      case run_result::contradiction:
        contradictory_ = true;
        return finish(search_outcome::unsatisfiable, false);
      case run_result::below_floor:
        break;  // a fact was learnt at level 0
    }
  }
}

OPAMPLAN_INLINE search_outcome sat_core::finish(search_outcome outcome, bool base_intact) {
  if (outcome == search_outcome::satisfiable) {
    for (const role_id r : visit_order_) selected_.push_back(role_selected_[to_index(r)]);
  }
  walk_roots_ = base_roles_;
  if (base_intact) {
    backtrack(base_level_);
  } else {
    backtrack(0);
    base_ready_ = false;
  }
  return outcome;
}

}  // namespace opamplan
