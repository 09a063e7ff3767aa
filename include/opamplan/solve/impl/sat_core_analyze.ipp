/// \file
/// The SAT core: conflict analysis to the first unique implication point, and learning.
#pragma once

#include <algorithm>
#include <bit>
#include <utility>

#include "opamplan/base/config.hpp"
#include "opamplan/solve/sat_core.hpp"

namespace opamplan {

// Visits the true literals that together imply `l`.
template <class Visit>
void sat_core::for_each_cause(literal l, reason why, Visit visit) const {
  const auto visit_members = [&](choice_id s, candidate_id except) {
    const auto& role = tables_.roles[to_index(tables_.choices[to_index(s)].role)];
    const auto members = tables_.members(s);
    for (std::uint32_t w = 0; w < role.word_count; ++w) {
      for (std::uint64_t word = members[w]; word != 0; word &= word - 1) {
        const auto bit = static_cast<std::uint32_t>(std::countr_zero(word));
        const candidate_id c{role.first_candidate + 64 * w + bit};
        if (c != except) visit(negate(is_selected(c)));
      }
    }
  };
  switch (why.kind) {
    case reason_kind::none:
      break;
    case reason_kind::implied:
      visit(literal{why.arg});
      break;
    case reason_kind::clause: {
      const clause& c = clauses_[why.arg];
      for (std::uint32_t i = c.first; i < c.first + c.size; ++i) {
        if (!(clause_literals_[i] == l)) visit(negate(clause_literals_[i]));
      }
      break;
    }
    case reason_kind::no_member:
      visit_members(as_choice(variable(l)), no_candidate);
      break;
    case reason_kind::last_member:
      visit(holds(choice_id{why.arg}));
      visit_members(choice_id{why.arg}, candidate_id{variable(l)});
      break;
  }
}

// A literal of the learnt clause that the others imply (local minimisation, Beame, Kautz and
// Sabharwal 2004).
OPAMPLAN_INLINE bool sat_core::redundant(literal l) const {
  const reason why = reasons_[variable(l)];
  if (why.kind == reason_kind::none) return false;
  bool implied = true;
  for_each_cause(negate(l), why, [&](literal cause) {
    const std::uint32_t var = variable(cause);
    implied = implied && (seen_[var] != 0 || levels_[var] == 0);
  });
  return implied;
}

// Resolves `conflict_` into `learnt_`, whose first literal is the only one of the conflict's level.
// Returns the level to go back to. The conflict's level is above 0.
OPAMPLAN_INLINE std::uint32_t sat_core::analyze() {
  std::uint32_t conflict_level = 0;
  for (const literal l : conflict_) {
    conflict_level = std::max(conflict_level, levels_[variable(l)]);
  }
  backtrack(conflict_level);

  if (options_.trace) used_ = conflict_rules_;
  learnt_.assign(1, literal{0});
  std::uint32_t open = 0;  // marked literals of the conflict's level, not yet resolved
  const auto mark = [&](literal false_literal) {
    const std::uint32_t var = variable(false_literal);
    if (levels_[var] == 0 && options_.trace) use_fact(var);
    if (seen_[var] != 0 || levels_[var] == 0) return;
    seen_[var] = 1;
    if (free_) order_.bump(var);
    if (levels_[var] == conflict_level) {
      ++open;
    } else {
      learnt_.push_back(false_literal);
    }
  };
  for (const literal l : conflict_) mark(l);

  std::size_t index = trail_.size();
  while (true) {
    do {
      --index;
    } while (seen_[variable(trail_[index])] == 0 ||
             levels_[variable(trail_[index])] != conflict_level);
    const literal l = trail_[index];
    if (--open == 0) {
      learnt_[0] = negate(l);
      break;
    }
    seen_[variable(l)] = 0;  // causes come before it on the trail, so none brings it back
    if (options_.trace) use_rules(l, reasons_[variable(l)]);
    for_each_cause(l, reasons_[variable(l)], [&](literal cause) { mark(negate(cause)); });
  }

  dominators_.clear();
  if (learnt_.size() == 1) find_dominators(index);

  unminimised_ = learnt_;
  const auto drop = [&](literal l) {
    if (!redundant(l)) return false;
    if (options_.trace) {
      const reason why = reasons_[variable(l)];
      use_rules(negate(l), why);
      for_each_cause(negate(l), why, [&](literal cause) {
        if (levels_[variable(cause)] == 0) use_fact(variable(cause));
      });
    }
    return true;
  };
  learnt_.erase(std::remove_if(learnt_.begin() + 1, learnt_.end(), drop), learnt_.end());
  for (const literal l : unminimised_) seen_[variable(l)] = 0;

  std::uint32_t back = 0;
  for (std::size_t i = 1; i < learnt_.size(); ++i) {
    const std::uint32_t l = levels_[variable(learnt_[i])];
    if (l > back) {
      back = l;
      std::swap(learnt_[1], learnt_[i]);
    }
  }
  learnt_glue_ = levels_in_learnt();
  if (free_) order_.decay();
  return back;
}

OPAMPLAN_INLINE std::uint32_t sat_core::levels_in_learnt() {
  ++stamp_;
  std::uint32_t count = 0;
  for (const literal l : learnt_) {
    const std::uint32_t level = levels_[variable(l)];
    if (level >= level_stamp_.size()) level_stamp_.resize(level + 1, 0);
    count += level_stamp_[level] != stamp_ ? 1 : 0;
    level_stamp_[level] = stamp_;
  }
  return count;
}

// If the learnt clause is a fact, so is the negation of every literal of its level that all ways
// from the decision to the conflict pass: a chain of names that ends in nothing is one conflict.
// `at`: of the first one on the trail. Stops where a literal of another level comes in.
OPAMPLAN_INLINE void sat_core::find_dominators(std::size_t at) {
  const std::uint32_t conflict_level = levels_[variable(trail_[at])];
  std::vector<rule_place> rules_of_learnt;
  if (options_.trace) rules_of_learnt.swap(used_);
  marked_.clear();
  std::uint32_t open = 0;
  bool alone = true;
  for (literal l = trail_[at]; reasons_[variable(l)].kind != reason_kind::none;) {
    if (options_.trace) use_rules(l, reasons_[variable(l)]);
    for_each_cause(l, reasons_[variable(l)], [&](literal cause) {
      const std::uint32_t var = variable(cause);
      if (levels_[var] == 0 && options_.trace) use_fact(var);
      if (levels_[var] == 0 || seen_[var] != 0) return;
      alone = alone && levels_[var] == conflict_level;
      seen_[var] = 1;
      marked_.push_back(var);
      ++open;
    });
    if (!alone || open == 0) break;
    do {
      --at;
    } while (seen_[variable(trail_[at])] == 0);
    l = trail_[at];
    seen_[variable(l)] = 0;
    if (--open != 0) continue;
    dominators_.push_back({negate(l), used_});
    used_.clear();
  }
  for (const std::uint32_t var : marked_) seen_[var] = 0;
  if (options_.trace) used_.swap(rules_of_learnt);
}

// At level 0. `before`: the fact that the derivation rests on, beside the rules.
OPAMPLAN_INLINE void sat_core::assert_fact(literal l, std::vector<rule_place> rules,
                                           std::uint32_t before) {
  if (options_.trace) {
    std::sort(rules.begin(), rules.end());
    rules.erase(std::unique(rules.begin(), rules.end()), rules.end());
    facts_.push_back({std::move(rules), before});
  }
  assign(l, {reason_kind::none, static_cast<std::uint32_t>(facts_.size())});
}

// Goes back to `to_level`, keeps `learnt_` and asserts its first literal.
OPAMPLAN_INLINE void sat_core::learn(std::uint32_t to_level) {
  backtrack(to_level);
  statistics_.learnt_literals += learnt_.size();
  if (options_.trace) sort_used();
  if (learnt_.size() == 1) {
    assert_fact(learnt_[0], used_, no_variable);
    std::uint32_t before = variable(learnt_[0]);
    for (dominator& d : dominators_) {
      // If another candidate is a fact by now, the role contradicts itself, which shows soon.
      if (rival(d.fact) != no_candidate) break;
      assert_fact(d.fact, std::move(d.rules), before);
      before = variable(d.fact);
    }
    return;
  }
  if (options_.trace) clause_rules_.push_back(used_);
  const auto index = static_cast<std::uint32_t>(clauses_.size());
  clauses_.push_back({static_cast<std::uint32_t>(clause_literals_.size()),
                      static_cast<std::uint32_t>(learnt_.size()), learnt_glue_});
  clause_literals_.insert(clause_literals_.end(), learnt_.begin(), learnt_.end());
  watches_[learnt_[0].code].push_back({index, learnt_[1]});
  watches_[learnt_[1].code].push_back({index, learnt_[0]});
  assign(learnt_[0], {reason_kind::clause, index});
}

// Drops half of the learnt clauses: those of most levels, the older first. Clauses of two levels
// and reasons of the trail stay (Audemard and Simon 2009, who also let the limit grow so).
OPAMPLAN_INLINE void sat_core::forget_clauses() {
  const auto count = static_cast<std::uint32_t>(clauses_.size());
  std::vector<std::uint8_t> stays(count, 0);
  for (const literal l : trail_) {
    const reason why = reasons_[variable(l)];
    if (why.kind == reason_kind::clause) stays[why.arg] = 1;
  }
  std::vector<std::uint32_t> worst;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (clauses_[i].glue <= 2) stays[i] = 1;
    if (stays[i] == 0) worst.push_back(i);
  }
  std::stable_sort(worst.begin(), worst.end(), [&](std::uint32_t a, std::uint32_t b) {
    return clauses_[a].glue > clauses_[b].glue;
  });
  for (std::size_t i = worst.size() / 2; i < worst.size(); ++i) stays[worst[i]] = 1;
  statistics_.forgotten_clauses += worst.size() / 2;
  clause_interval_ += 300;
  clause_limit_ = count - worst.size() / 2 + clause_interval_;

  for (const clause& c : clauses_) {
    watches_[clause_literals_[c.first].code].clear();
    watches_[clause_literals_[c.first + 1].code].clear();
  }
  std::vector<std::uint32_t> place(count, 0);
  std::uint32_t kept = 0;
  std::uint32_t end = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (stays[i] == 0) continue;
    clause c = clauses_[i];
    std::copy_n(clause_literals_.begin() + c.first, c.size, clause_literals_.begin() + end);
    c.first = end;
    end += c.size;
    if (options_.trace && kept != i) clause_rules_[kept] = std::move(clause_rules_[i]);
    const literal* const lits = clause_literals_.data() + c.first;
    watches_[lits[0].code].push_back({kept, lits[1]});
    watches_[lits[1].code].push_back({kept, lits[0]});
    clauses_[kept] = c;
    place[i] = kept++;
  }
  clauses_.resize(kept);
  clause_literals_.resize(end);
  if (options_.trace) clause_rules_.resize(kept);
  for (const literal l : trail_) {
    reason& why = reasons_[variable(l)];
    if (why.kind == reason_kind::clause) why.arg = place[why.arg];
  }
}

}  // namespace opamplan
