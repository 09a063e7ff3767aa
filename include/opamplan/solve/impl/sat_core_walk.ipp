/// \file
/// The SAT core: the depth-first walk that decides.
#pragma once

#include <algorithm>
#include <bit>
#include <cassert>

#include "opamplan/base/config.hpp"
#include "opamplan/solve/sat_core.hpp"

namespace opamplan {

OPAMPLAN_INLINE void sat_core::new_level() {
  assert(queue_head_ == trail_.size());
  decisions_.push_back({static_cast<std::uint32_t>(trail_.size()),
                        static_cast<std::uint32_t>(visit_order_.size()),
                        static_cast<std::uint32_t>(frames_.size()), top_frame_, root_position_});
}

OPAMPLAN_INLINE void sat_core::push_frame(candidate_id c) {
  frames_.push_back({c, 0, top_frame_});
  top_frame_ = static_cast<std::uint32_t>(frames_.size() - 1);
}

OPAMPLAN_INLINE void sat_core::advance_frame(std::uint32_t next) {
  const std::uint32_t saved = decisions_.empty() ? 0 : decisions_.back().frame_count;
  if (top_frame_ < saved) {
    frames_.push_back(frames_[top_frame_]);
    top_frame_ = static_cast<std::uint32_t>(frames_.size() - 1);
  }
  frames_[top_frame_].next = next;
}

// Continues the walk to the next role that is undecided. Roles once visited stay selected until
// their level is undone, so the walk never starts again.
OPAMPLAN_INLINE sat_core::step sat_core::decide() {
  while (true) {
    role_id r{};
    std::uint32_t position = 0;
    if (top_frame_ == no_frame) {
      if (root_position_ == walk_roots_.size()) return step::complete;
      r = walk_roots_[root_position_];
    } else {
      const frame f = frames_[top_frame_];
      const auto row = required_row(f.candidate);
      position = f.next;
      while (position < row.size() && !required_enabled(f.candidate, position)) ++position;
      if (position == row.size()) {
        top_frame_ = f.below;
        continue;
      }
      r = tables_.choices[to_index(row[position])].role;
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
    if (top_frame_ == no_frame) {
      ++root_position_;
    } else {
      advance_frame(position + 1);
    }
    if (first_visit) push_frame(role_selected_[to_index(r)]);
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

}  // namespace opamplan
