/// \file
/// Which rules a refutation rests on.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "opamplan/solve/enabled_rules.hpp"
#include "opamplan/solve/impl/candidate_rules.hpp"
#include "opamplan/solve/impl/causes.hpp"
#include "opamplan/solve/impl/trail.hpp"

namespace opamplan::solve_impl {

/// Each learnt clause carries the rules that its derivation used; what is false in the end, with
/// the facts of level 0 below it, names the rules of the refutation (the resolution trace of Zhang
/// and Malik 2003, with rules for clauses). If it is not kept, every function does nothing.
class proof {
 public:
  using rule_list = std::vector<rule_place>;
  static constexpr std::uint32_t no_variable = 0xffffffffU;

  proof(bool kept, const universe_tables& t, const variables& vars, const candidate_rules& rules,
        const trail& assigned, const causes& why)
      : kept_(kept), tables_(t), vars_(vars), rules_(rules), trail_(assigned), causes_(why) {
    if (kept) fact_met_.resize(vars.count());
  }

  [[nodiscard]] bool kept() const noexcept { return kept_; }

  void clear() {
    of_clauses_.clear();
    facts_.clear();
  }

  // Of a conflict that propagation finds.

  /// Nothing contradicts anything yet.
  void begin_conflict() { of_conflict_.clear(); }
  /// It is that `l` follows.
  void note_conflict(literal l, reason why) {
    if (!kept_) return;
    used_.clear();
    use(l, why);
    of_conflict_ = used_;
  }
  /// It is that both are of one class.
  void note_class_conflict(candidate_id a, candidate_id b, std::uint32_t k) {
    if (!kept_) return;
    used_.clear();
    use_class(a, k);
    use_class(b, k);
    of_conflict_ = used_;
  }

  // Of one derivation.

  void begin_with_conflict() {
    if (kept_) used_ = of_conflict_;
  }
  /// The rules, of candidates or learnt, by which `why` makes `l` true. What follows from the
  /// meaning of roles and choices alone needs none.
  void use(literal l, reason why) {
    if (!kept_) return;
    switch (why.what) {
      case reason::kind::implied:
      case reason::kind::as_target:
        use_implication(l, literal{why.arg});
        break;
      case reason::kind::clause:
        use_all(of_clauses_[why.arg]);
        break;
      case reason::kind::none:
        if (why.arg != 0) use_all(facts_[why.arg - 1].rules);
        break;
      case reason::kind::no_member:
      case reason::kind::last_member:
        break;
    }
  }
  /// The rules behind a literal of level 0, and behind what made it so.
  void use_fact(std::uint32_t var) {
    if (!kept_) return;
    std::size_t next = met_facts_.size();
    meet(var);
    for (; next < met_facts_.size(); ++next) {
      const std::uint32_t v = met_facts_[next];
      const literal l{2 * v + (trail_.value_of(v) == 1 ? 0U : 1U)};
      const reason why = trail_.reason_of(v);
      use(l, why);
      causes_.visit(l, why, [&](literal cause) { meet(variable(cause)); });
      if (why.what == reason::kind::none && why.arg != 0) {
        const std::uint32_t before = facts_[why.arg - 1].before;
        if (before != no_variable) meet(before);
      }
    }
  }
  /// What was used since; the derivation that it interrupts goes on with `put_back`.
  rule_list take() { return std::exchange(used_, {}); }
  void put_back(rule_list rules) { used_ = std::move(rules); }
  void end() {
    if (!kept_) return;
    sort(used_);
    for (const std::uint32_t v : met_facts_) fact_met_[v] = 0;
    met_facts_.clear();
  }

  // What was derived.

  /// The rules of a fact of level 0. `before`: the variable of a fact that it rests on too, or
  /// none. Returns the `arg` of the fact's reason, which is none.
  std::uint32_t add_fact(rule_list rules, std::uint32_t before) {
    if (kept_) {
      sort(rules);
      facts_.push_back({std::move(rules), before});
    }
    return static_cast<std::uint32_t>(facts_.size());
  }
  [[nodiscard]] const rule_list& used() const noexcept { return used_; }
  /// The next learnt clause is what was used for.
  void add_clause() {
    if (kept_) of_clauses_.push_back(used_);
  }
  void move_clause(std::uint32_t from, std::uint32_t to) {
    if (kept_ && from != to) of_clauses_[to] = std::move(of_clauses_[from]);
  }
  void keep_clauses(std::size_t count) {
    if (kept_) of_clauses_.resize(count);
  }
  /// The last conflict, with these literals, which are false at level 0, is a refutation.
  void refute(std::span<const literal> false_literals) {
    if (!kept_) return;
    used_ = of_conflict_;
    for (const literal l : false_literals) use_fact(variable(l));
    end();
    refutation_ = used_;
  }
  [[nodiscard]] std::span<const rule_place> refutation() const noexcept { return refutation_; }

 private:
  struct fact {
    rule_list rules;
    std::uint32_t before;
  };

  static void sort(rule_list& rules) {
    std::sort(rules.begin(), rules.end());
    rules.erase(std::unique(rules.begin(), rules.end()), rules.end());
  }
  void use_all(const rule_list& rules) { used_.insert(used_.end(), rules.begin(), rules.end()); }
  void meet(std::uint32_t v) {
    if (fact_met_[v] != 0) return;
    fact_met_[v] = 1;
    met_facts_.push_back(v);
  }

  void use_place(rule_place::kind what, candidate_id c, std::size_t position) {
    // Branches of alternatives are part of the rule that has the alternative.
    if (tables_.candidate_packages[c] == package_id::none) return;
    used_.push_back({what, c, static_cast<std::uint32_t>(position)});
  }
  void use_required(candidate_id c, choice_id s) {
    const auto row = rules_.required_row(c);
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (row[i] == s && rules_.requires_at(c, i)) {
        return use_place(rule_place::kind::required, c, i);
      }
    }
  }
  bool use_forbidden(candidate_id c, choice_id s) {
    return !rules_.for_each_forbidden_place(c, [&](choice_id forbidden, std::size_t i) {
      if (forbidden == s) use_place(rule_place::kind::forbidden, c, i);
      return forbidden != s;
    });
  }
  void use_class(candidate_id c, std::uint32_t k) {
    const auto row = tables_.classes[c];
    const auto it = std::find(row.begin(), row.end(), k);
    use_place(rule_place::kind::conflict_class, c, static_cast<std::size_t>(it - row.begin()));
  }

  void use_implication(literal l, literal because) {
    const bool by_candidate = vars_.is_candidate(variable(because));
    if (!vars_.is_candidate(variable(l))) {
      // A choice: required or forbidden by a candidate, or disjoint from what is chosen already.
      if (by_candidate) use_for_choice(l, candidate_id{variable(because)});
    } else if (by_candidate) {
      use_between(candidate_id{variable(l)}, candidate_id{variable(because)});
    } else {
      use_for_candidate(candidate_id{variable(l)}, because);
    }
  }
  void use_for_choice(literal l, candidate_id c) {
    const choice_id s = vars_.as_choice(variable(l));
    if (!is_negative(l)) {
      use_required(c, s);
    } else if (role_of(s) != role_of(c) || tables_.contains(s, c)) {
      use_forbidden(c, s);
    }
  }
  void use_for_candidate(candidate_id c, literal because) {
    const choice_id s = vars_.as_choice(variable(because));
    const bool same_role = role_of(s) == role_of(c);
    const bool member = same_role && tables_.contains(s, c);
    if (is_negative(because)) {
      if (!member) use_required(c, s);
    } else if (!same_role || member) {
      use_forbidden(c, s);
    }
  }
  void use_between(candidate_id c, candidate_id other) {
    if (role_of(other) == role_of(c)) return;
    const bool forbids = !rules_.for_each_forbidden(c, [&](choice_id s) {
      return role_of(s) != role_of(other) || !tables_.contains(s, other) || !use_forbidden(c, s);
    });
    if (forbids) return;
    rules_.for_each_class(c, [&](std::uint32_t k) {
      const bool shared = !rules_.for_each_class(other, [&](std::uint32_t m) { return m != k; });
      if (!shared) return true;
      use_class(c, k);
      use_class(other, k);
      return false;
    });
  }
  [[nodiscard]] role_id role_of(choice_id s) const noexcept { return tables_.choices[s].role; }
  [[nodiscard]] role_id role_of(candidate_id c) const noexcept {
    return tables_.candidate_roles[c];
  }

  bool kept_;
  const universe_tables& tables_;
  const variables& vars_;
  const candidate_rules& rules_;
  const trail& trail_;
  const causes& causes_;
  rule_list used_;         // by the derivation at hand
  rule_list of_conflict_;  // used by the last conflict itself
  rule_list refutation_;
  std::vector<rule_list> of_clauses_;
  std::vector<fact> facts_;               // a reason's `arg` is from 1
  std::vector<std::uint32_t> met_facts_;  // variables
  std::vector<std::uint8_t> fact_met_;    // by variable
};

}  // namespace opamplan::solve_impl
