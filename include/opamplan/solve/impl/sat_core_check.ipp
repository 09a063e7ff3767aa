/// \file
/// The SAT core: the trail's invariants, as the header states them. Called by debug builds alone.
#pragma once

#include <algorithm>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/solve/sat_core.hpp"

namespace opamplan {

OPAMPLAN_INLINE bool sat_core::trail_is_sound() const {
  std::vector<std::uint8_t> met(values_.size(), 0);
  std::uint32_t level = 0;
  for (std::size_t i = 0; i < trail_.size(); ++i) {
    while (level < decisions_.size() && decisions_[level].trail_size <= i) ++level;
    const std::uint32_t var = variable(trail_[i]);
    if (met[var] != 0 || !is_true(trail_[i]) || levels_[var] != level) return false;
    met[var] = 1;
  }
  for (std::size_t v = 0; v < values_.size(); ++v) {
    if ((values_[v] != 0) != (met[v] != 0)) return false;
  }
  return queue_head_ <= trail_.size() && reasons_are_sound() && domains_are_sound();
}

OPAMPLAN_INLINE bool sat_core::reasons_are_sound() const {
  std::vector<std::uint8_t> before(values_.size(), 0);
  bool sound = true;
  for (const literal l : trail_) {
    for_each_cause(l, reasons_[variable(l)], [&](literal cause) {
      sound = sound && is_true(cause) && before[variable(cause)] != 0;
    });
    before[variable(l)] = 1;
  }
  return sound;
}

OPAMPLAN_INLINE bool sat_core::domains_are_sound() const {
  for (std::size_t r = 0; r < tables_.roles.size(); ++r) {
    const auto& role = tables_.roles[r];
    std::uint32_t possible = 0;
    candidate_id selected = no_candidate;
    for (std::uint32_t i = 0; i < role.candidate_count; ++i) {
      const candidate_id c{role.first_candidate + i};
      const bool in_domain = (domain_[role.first_word + i / 64] >> (i % 64) & 1U) != 0;
      if (in_domain == is_false(is_selected(c))) return false;
      possible += in_domain ? 1 : 0;
      if (!is_true(is_selected(c))) continue;
      if (selected != no_candidate) return false;
      selected = c;
    }
    if (possible != domain_size_[r] || selected != role_selected_[r]) return false;
  }
  return true;
}

// Every learnt clause is true or has two literals left, no required role has just one candidate
// left, and what is selected keeps its rules.
OPAMPLAN_INLINE bool sat_core::nothing_waits() const {
  if (queue_head_ != trail_.size()) return false;
  for (const clause& c : clauses_) {
    const auto* const begin = clause_literals_.data() + c.first;
    const auto* const end = begin + c.size;
    if (std::any_of(begin, end, [&](literal l) { return is_true(l); })) continue;
    if (std::count_if(begin, end, [&](literal l) { return !is_false(l); }) < 2) return false;
  }
  for (std::size_t r = 0; r < tables_.roles.size(); ++r) {
    const candidate_id c = role_selected_[r];
    if (c == no_candidate) {
      if (role_required_[r] != no_choice && domain_size_[r] < 2) return false;
      continue;
    }
    const auto member = [&](choice_id s) {
      const candidate_id other = role_selected_[to_index(tables_.choices[to_index(s)].role)];
      return other != no_candidate && tables_.contains(s, other);
    };
    if (!for_each_required(c, [&](choice_id s) { return is_true(holds(s)); }) ||
        !for_each_forbidden(c, [&](choice_id s) { return !member(s); }) ||
        !for_each_class(c, [&](std::uint32_t k) { return class_selected_[k] == c; })) {
      return false;
    }
  }
  return true;
}

}  // namespace opamplan
