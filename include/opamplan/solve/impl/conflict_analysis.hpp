/// \file
/// Conflict analysis to the first unique implication point.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "opamplan/solve/impl/activity_order.hpp"
#include "opamplan/solve/impl/causes.hpp"
#include "opamplan/solve/impl/proof.hpp"
#include "opamplan/solve/impl/trail.hpp"

namespace opamplan::solve_impl {

/// Resolves conflicts into clauses (Marques-Silva and Sakallah 1996; Een and Sorensson 2003).
class conflict_analysis {
 public:
  /// A fact that comes with a learnt one.
  struct dominator {
    literal fact;
    proof::rule_list rules;  // between it and the one before
  };

  conflict_analysis(const trail& assigned, const causes& why, proof& used)
      : trail_(assigned), causes_(why), proof_(used), seen_(assigned.variables()) {}

  /// Resolves literals that are all false, some at the trail's level, which is above 0. Returns the
  /// level at which the learnt clause has one literal left. `order`: told what was met, or null.
  std::uint32_t run(std::span<const literal> conflict, activity_order* order) {
    const std::size_t index = resolve(conflict, order);
    dominators_.clear();
    if (learnt_.size() == 1) find_dominators(index);
    minimise();
    const std::uint32_t back = second_level();
    glue_ = count_levels();
    if (order != nullptr) order->decay();
    return back;
  }

  /// Its first literal is the only one of the conflict's level, its second of the level to go to.
  [[nodiscard]] const std::vector<literal>& learnt() const noexcept { return learnt_; }
  /// How many levels it is of.
  [[nodiscard]] std::uint32_t glue() const noexcept { return glue_; }
  /// If it is a fact.
  [[nodiscard]] std::vector<dominator>& dominators() noexcept { return dominators_; }

 private:
  // Fills `learnt_`; the place on the trail of its first literal.
  std::size_t resolve(std::span<const literal> conflict, activity_order* order) {
    const std::uint32_t conflict_level = trail_.level();
    proof_.begin_with_conflict();
    learnt_.assign(1, literal{0});
    std::uint32_t open = 0;  // marked literals of the conflict's level, not yet resolved
    const auto mark = [&](literal false_literal) {
      const std::uint32_t var = variable(false_literal);
      const std::uint32_t level = trail_.level_of(var);
      if (level == 0) proof_.use_fact(var);
      if (seen_[var] != 0 || level == 0) return;
      seen_[var] = 1;
      if (order != nullptr) order->bump(var);
      if (level == conflict_level) {
        ++open;
      } else {
        learnt_.push_back(false_literal);
      }
    };
    for (const literal l : conflict) mark(l);
    std::size_t index = trail_.size();
    while (true) {
      do {
        --index;
      } while (seen_[variable(trail_[index])] == 0 ||
               trail_.level_of(variable(trail_[index])) != conflict_level);
      const literal l = trail_[index];
      if (--open == 0) {
        learnt_[0] = negate(l);
        return index;
      }
      seen_[variable(l)] = 0;  // causes come before it on the trail, so none brings it back
      const reason why = trail_.reason_of(variable(l));
      proof_.use(l, why);
      causes_.visit(l, why, [&](literal cause) { mark(negate(cause)); });
    }
  }

  // Drops the literals that the others imply (local minimisation, Beame, Kautz and Sabharwal 2004).
  void minimise() {
    unminimised_ = learnt_;
    const auto drop = [&](literal l) {
      if (!redundant(l)) return false;
      if (!proof_.kept()) return true;
      const reason why = trail_.reason_of(variable(l));
      proof_.use(negate(l), why);
      causes_.visit(negate(l), why, [&](literal cause) {
        if (trail_.level_of(variable(cause)) == 0) proof_.use_fact(variable(cause));
      });
      return true;
    };
    learnt_.erase(std::remove_if(learnt_.begin() + 1, learnt_.end(), drop), learnt_.end());
    for (const literal l : unminimised_) seen_[variable(l)] = 0;
  }

  [[nodiscard]] bool redundant(literal l) const {
    const reason why = trail_.reason_of(variable(l));
    if (why.what == reason::kind::none) return false;
    bool implied = true;
    causes_.visit(negate(l), why, [&](literal cause) {
      const std::uint32_t var = variable(cause);
      implied = implied && (seen_[var] != 0 || trail_.level_of(var) == 0);
    });
    return implied;
  }

  // The highest level of all but the first, whose literal becomes the second.
  std::uint32_t second_level() {
    std::uint32_t back = 0;
    for (std::size_t i = 1; i < learnt_.size(); ++i) {
      const std::uint32_t level = trail_.level_of(variable(learnt_[i]));
      if (level > back) {
        back = level;
        std::swap(learnt_[1], learnt_[i]);
      }
    }
    return back;
  }

  std::uint32_t count_levels() {
    ++stamp_;
    std::uint32_t count = 0;
    for (const literal l : learnt_) {
      const std::uint32_t level = trail_.level_of(variable(l));
      if (level >= level_stamps_.size()) level_stamps_.resize(level + 1, 0);
      count += level_stamps_[level] != stamp_ ? 1 : 0;
      level_stamps_[level] = stamp_;
    }
    return count;
  }

  // If the learnt clause is a fact, so is the negation of every literal of its level that all ways
  // from the decision to the conflict pass: a chain of names that ends in nothing is one conflict.
  // `at`: of the first one on the trail. Stops where a literal of another level comes in.
  void find_dominators(std::size_t at) {
    const std::uint32_t conflict_level = trail_.level_of(variable(trail_[at]));
    proof::rule_list rules_of_learnt = proof_.take();
    marked_.clear();
    std::uint32_t open = 0;
    bool alone = true;
    for (literal l = trail_[at];;) {
      const reason why = trail_.reason_of(variable(l));
      if (why.what == reason::kind::none) break;
      proof_.use(l, why);
      causes_.visit(l, why, [&](literal cause) {
        const std::uint32_t var = variable(cause);
        const std::uint32_t level = trail_.level_of(var);
        if (level == 0) proof_.use_fact(var);
        if (level == 0 || seen_[var] != 0) return;
        alone = alone && level == conflict_level;
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
      if (--open == 0) dominators_.push_back({negate(l), proof_.take()});
    }
    for (const std::uint32_t var : marked_) seen_[var] = 0;
    proof_.put_back(std::move(rules_of_learnt));
  }

  const trail& trail_;
  const causes& causes_;
  proof& proof_;
  std::vector<std::uint8_t> seen_;  // by variable
  std::vector<literal> learnt_;
  std::vector<literal> unminimised_;
  std::uint32_t glue_ = 0;
  std::vector<dominator> dominators_;
  std::vector<std::uint32_t> marked_;
  std::vector<std::uint64_t> level_stamps_;  // by level
  std::uint64_t stamp_ = 0;
};

}  // namespace opamplan::solve_impl
