/// \file
/// The SAT core: construction, and access to the rules of a candidate.
#pragma once

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
      candidate_count_(static_cast<std::uint32_t>(tables.candidate_roles.size())) {
  const std::size_t variables = candidate_count_ + tables.choices.size();
  values_.resize(variables);
  levels_.resize(variables);
  reasons_.resize(variables);
  seen_.resize(variables);
  watches_.resize(2 * variables);
  domain_.resize(tables.domain_words);
  domain_size_.resize(tables.roles.size());
  for (std::size_t r = 0; r < tables.roles.size(); ++r) {
    const auto& role = tables.roles[r];
    domain_size_[r] = role.candidate_count;
    for (std::uint32_t i = 0; i < role.candidate_count; ++i) {
      domain_[role.first_word + i / 64] |= std::uint64_t{1} << (i % 64);
    }
  }
  role_selected_.assign(tables.roles.size(), no_candidate);
  role_required_.assign(tables.roles.size(), no_choice);
  visited_.resize(tables.roles.size());
  if (!options_.preferred.empty()) preferred_.assign(tables.roles.size(), no_candidate);
  for (const candidate_id c : options_.preferred) {
    preferred_[to_index(tables.candidate_roles[to_index(c)])] = c;
  }
  required_link_.assign(tables.choices.size(), no_choice);
  class_selected_.assign(tables.class_names.size(), no_candidate);
  if (options_.trace) fact_seen_.resize(variables);
  clause_limit_ = clause_interval_ = options_.clause_limit;
  for (const choice_id root : options_.roots) {
    base_roles_.push_back(tables.choices[to_index(root)].role);
  }
}

OPAMPLAN_INLINE void sat_core::reset() {
  backtrack(0);
  while (!trail_.empty()) {
    undo(trail_.back());
    trail_.pop_back();
  }
  queue_head_ = 0;
  for (const literal l : clause_literals_) watches_[l.code].clear();
  clause_literals_.clear();
  clauses_.clear();
  for (const role_id r : visit_order_) visited_[to_index(r)] = 0;
  visit_order_.clear();
  frames_.clear();
  top_frame_ = no_frame;
  clause_limit_ = clause_interval_ = options_.clause_limit;
  base_ready_ = started_ = contradictory_ = false;
  clause_rules_.clear();
  facts_.clear();
}

OPAMPLAN_INLINE bool sat_core::uses_root_rules(candidate_id c) const noexcept {
  return static_cast<std::uint32_t>(tables_.candidate_roles[to_index(c)]) == options_.root_role;
}

OPAMPLAN_INLINE bool sat_core::enabled(const std::vector<std::uint8_t> enabled_rules::*rules,
                                       candidate_id c, std::size_t rule) const noexcept {
  return options_.enabled == nullptr || (options_.enabled->*rules)[rule] != 0 ||
         tables_.candidate_packages[to_index(c)] == no_package;
}

OPAMPLAN_INLINE std::span<const choice_id> sat_core::required_row(candidate_id c) const noexcept {
  return uses_root_rules(c) ? tables_.root_required[to_index(c)] : tables_.required[to_index(c)];
}

OPAMPLAN_INLINE bool sat_core::required_enabled(candidate_id c,
                                                std::size_t position) const noexcept {
  return uses_root_rules(c) ? enabled(&enabled_rules::root_required, c,
                                      tables_.root_required.offsets[to_index(c)] + position)
                            : enabled(&enabled_rules::required, c,
                                      tables_.required.offsets[to_index(c)] + position);
}

template <class Visit>
bool sat_core::for_each_required(candidate_id c, Visit visit) const {
  const auto row = required_row(c);
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (required_enabled(c, i) && !visit(row[i])) return false;
  }
  return true;
}

template <class Visit>
bool sat_core::for_each_forbidden(candidate_id c, Visit visit) const {
  const bool root = uses_root_rules(c);
  const auto& rows = root ? tables_.root_forbidden : tables_.forbidden;
  const auto rules = root ? &enabled_rules::root_forbidden : &enabled_rules::forbidden;
  const auto row = rows[to_index(c)];
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (enabled(rules, c, rows.offsets[to_index(c)] + i) && !visit(row[i])) return false;
  }
  return true;
}

template <class Visit>
bool sat_core::for_each_class(candidate_id c, Visit visit) const {
  const auto row = tables_.classes[to_index(c)];
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (enabled(&enabled_rules::classes, c, tables_.classes.offsets[to_index(c)] + i) &&
        !visit(row[i])) {
      return false;
    }
  }
  return true;
}

}  // namespace opamplan

#include "opamplan/solve/impl/sat_core_analyze.ipp"
#include "opamplan/solve/impl/sat_core_check.ipp"
#include "opamplan/solve/impl/sat_core_propagate.ipp"
#include "opamplan/solve/impl/sat_core_request.ipp"
#include "opamplan/solve/impl/sat_core_search.ipp"
#include "opamplan/solve/impl/sat_core_trace.ipp"
#include "opamplan/solve/impl/sat_core_walk.ipp"
