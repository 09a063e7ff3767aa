/// \file
/// The SAT core: conflict-driven search for the preferred selection, over one universe's tables.
///
/// The clauses are those of opam-0install (Leonard, 0install's solver_core): at most one candidate
/// of a role; a selected candidate implies each choice it requires and excludes each it forbids; at
/// most one candidate of a conflict class. They are not written out: a role's domain is a bit set,
/// a choice is one variable ("a member of this set is selected"), and the reason of a deduction is
/// reconstructed when a conflict is analysed (lazy clause generation, Ohrimenko, Stuckey and
/// Codish 2009). Conflicts are analysed to the first unique implication point (Marques-Silva and
/// Sakallah 1996; Een and Sorensson 2003), and learnt clauses are watched by two literals.
///
/// Decisions walk from the roots, depth first, in the order dependencies are written, and take the
/// best candidate still possible. A candidate is examined only when the walk reaches its role, so a
/// request costs what its own closure costs, whatever the size of the universe. Because every
/// deduction is entailed by the decisions before it, the answer is the one the order of preference
/// defines: neither what was learnt before nor how strongly is propagated can change it.
///
/// That order is a bad one for hard requests. One that meets many conflicts goes on guided by
/// models: a search that decides freely (by activity, with restarts) finds any model; the walk then
/// takes what is best, at no cost where the model has it too, and else asks the free search whether
/// there is a model with it, given what was taken before. This is the usual way to the
/// lexicographically first model (Knuth 2015, 7.2.2.2, exercise 109), so the answer is the same.
///
/// The trail, whenever nothing is being assigned:
/// 1. A variable is on it at most once, and has a value exactly if it is; levels ascend along it.
/// 2. What a deduction rests on (its reason's causes) is true and stands before it.
/// 3. At most one candidate of a role is true. A role's domain is its candidates that are not
/// false.
/// 4. A level begins only when all before it is propagated: then no rule and no learnt clause is
///    broken, and none that has one literal left waits for it.
/// Debug builds check them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "opamplan/base/rows.hpp"
#include "opamplan/solve/enabled_rules.hpp"
#include "opamplan/solve/impl/activity_order.hpp"
#include "opamplan/solve/impl/candidate_rules.hpp"
#include "opamplan/solve/impl/causes.hpp"
#include "opamplan/solve/impl/conflict_analysis.hpp"
#include "opamplan/solve/impl/domains.hpp"
#include "opamplan/solve/impl/known_model.hpp"
#include "opamplan/solve/impl/learnt_clauses.hpp"
#include "opamplan/solve/impl/literal.hpp"
#include "opamplan/solve/impl/proof.hpp"
#include "opamplan/solve/impl/trail.hpp"
#include "opamplan/solve/impl/walk.hpp"
#include "opamplan/solve/tables.hpp"

namespace opamplan {

enum class search_outcome : std::uint8_t { satisfiable, unsatisfiable, gave_up };

/// Counters since construction.
struct search_statistics {
  std::uint64_t requests = 0;
  std::uint64_t decisions = 0;
  std::uint64_t conflicts = 0;
  std::uint64_t assignments = 0;  ///< Literals put on the trail.
  std::uint64_t learnt_literals = 0;
  std::uint64_t forgotten_clauses = 0;
  std::uint64_t models = 0;  ///< Found by free search, of requests that were hard.

  search_statistics& operator+=(const search_statistics& other) noexcept;
};

/// A search state. Not thread-safe; make one for each thread. Holds references to the tables.
class sat_core {
 public:
  struct options {
    /// Choices that must hold in every request, in the order they are walked, before the target.
    std::vector<choice_id> roots;
    /// Candidates that no request may select (they violate a constraint given by the user).
    std::vector<candidate_id> excluded;
    /// Candidates tried before the others of their roles; at most one a role.
    std::vector<candidate_id> preferred;
    /// The role whose candidates use the root rules of the tables, or none.
    role_id root_role;
    const enabled_rules* enabled = nullptr;
    /// Keep what each deduction rests on, for `refutation`. Slower by half.
    bool trace = false;
    /// Conflicts after which one request is given up.
    std::uint64_t conflict_limit = 1'000'000;
    /// Conflicts after which one request is hard: models guide its walk.
    std::uint64_t walk_conflicts = 1'000;
    /// Learnt clauses after which the least useful half is forgotten for the first time.
    std::size_t clause_limit = 2'000;
    /// Asked now and then (every few thousand assignments) while a request is searched; false: it
    /// is given up. May throw: the request ends, and the next one can be asked. May be empty.
    std::function<bool()> keep_going;
  };

  sat_core(const universe_tables& tables, options opts);
  sat_core(const sat_core&) = delete;
  sat_core& operator=(const sat_core&) = delete;
  ~sat_core() = default;

  /// Looks for the preferred selection that holds the roots and a member of `target`. `as_root`:
  /// the candidates of its role use the root rules, as if it were the `root_role` of the options;
  /// but then these must have all the others among them, and what is learnt holds for other
  /// targets too. Not with a `root_role`, nor traced.
  search_outcome solve(choice_id target, bool as_root = false);

  /// As `solve(choice)`, for exactly one candidate.
  search_outcome solve(candidate_id target, bool as_root = false);

  /// For the requests to come.
  void set_conflict_limit(std::uint64_t limit) noexcept { options_.conflict_limit = limit; }

  /// In place of those of the options, for the requests to come. What was learnt stays: it holds
  /// whatever is tried first.
  void prefer(std::vector<candidate_id> preferred);

  /// Forgets everything learnt, for when `enabled_rules` have changed. Linear in what was learnt.
  void reset();

  /// The same, and from now on the candidates of this role use the root rules.
  void reset(role_id root_role) {
    reset();
    options_.root_role = root_role;
    rules_.set_root_role(root_role);
  }

  /// After `satisfiable`: the selected candidates (branches included) in the order of the walk.
  [[nodiscard]] std::span<const candidate_id> selected() const noexcept { return selected_; }

  /// After `unsatisfiable`, if traced: rules of packages that alone are contradictory, with the
  /// roots, the excluded candidates and the target. Ascending; few more than are needed.
  [[nodiscard]] std::span<const rule_place> refutation() const noexcept {
    return proof_.refutation();
  }

  [[nodiscard]] const search_statistics& statistics() const noexcept { return statistics_; }

 private:
  using literal = solve_impl::literal;
  using reason = solve_impl::reason;
  using decision = solve_impl::decision;

  [[nodiscard]] static literal is_selected(candidate_id c) noexcept {
    return solve_impl::variables::is_selected(c);
  }
  [[nodiscard]] role_id role_of(candidate_id c) const noexcept {
    return tables_.candidate_roles[c];
  }
  [[nodiscard]] role_id role_of(choice_id s) const noexcept { return tables_.choices[s].role; }

  // The trail, and the domains that follow it (impl/sat_core.ipp).
  [[nodiscard]] candidate_id rival(literal l) const noexcept;
  void assign(literal l, reason why);
  void undo(literal l);
  void new_level();
  void backtrack(std::uint32_t to_level);

  // Propagation (impl/sat_core_propagate.ipp). False: `conflict_` holds a clause whose literals are
  // all false.
  bool imply(literal l, reason why);
  bool propagate();
  [[nodiscard]] reason by_required(candidate_id c, choice_id s, literal l) const noexcept;
  [[nodiscard]] reason by_forbidden(candidate_id c, choice_id s, literal l) const noexcept;
  bool propagate_selected(candidate_id c);
  bool propagate_rules(candidate_id c);
  bool propagate_target(role_id r);
  bool propagate_required(choice_id s);
  bool propagate_forbidden(choice_id s);
  bool propagate_never(choice_id s);
  bool check_domain(role_id r);

  // Decisions (impl/sat_core_decide.ipp).
  decision decide();
  decision decide_freely();
  decision choose(role_id r);
  bool admissible(candidate_id c);
  void exclude(candidate_id c, reason why);
  [[nodiscard]] reason why_disjoint(choice_id s) const noexcept;

  // The search (impl/sat_core_search.ipp).
  enum class order : std::uint8_t { walk, free };
  enum class run_result : std::uint8_t {
    going_on,
    complete,
    below_floor,    // a learnt clause belongs below level `floor`
    contradiction,  // whatever the target
    gave_up,
    hard,  // for the order of the walk
  };
  static constexpr std::uint64_t poll_interval = 8'192;  // in units of `keep_going`
  bool keep_going();
  run_result resolve_conflict(std::uint32_t floor);
  void learn(std::uint32_t to_level);
  void assert_fact(literal l, solve_impl::proof::rule_list rules, std::uint32_t before);
  run_result search(std::uint32_t floor, order by);
  run_result run(std::uint32_t floor);
  run_result run_guided(std::uint32_t floor);
  void remember_model();

  // Requests (impl/sat_core_request.ipp).
  bool prepare_base();
  search_outcome solve_literal(literal target, role_id role, bool as_root);
  void use_root_rules(role_id role);
  void use_root_rules_of_none();
  search_outcome solve_on_base(literal target, role_id role);
  search_outcome solve_from_scratch(literal target, role_id role);
  search_outcome refute(std::span<const literal> false_literals);
  search_outcome finish(search_outcome outcome, bool base_intact);

  // The invariants, for debug builds (impl/sat_core_check.ipp).
  [[nodiscard]] bool trail_is_sound() const;
  [[nodiscard]] bool reasons_are_sound() const;
  [[nodiscard]] bool domains_are_sound() const;
  [[nodiscard]] bool nothing_waits() const;

  const universe_tables& tables_;
  options options_;
  search_statistics statistics_;

  // Each is told of those before it.
  solve_impl::variables vars_;
  solve_impl::candidate_rules rules_;
  solve_impl::trail trail_;
  solve_impl::domains domains_;
  solve_impl::learnt_clauses clauses_;
  solve_impl::causes causes_;
  solve_impl::proof proof_;
  solve_impl::conflict_analysis analysis_;
  solve_impl::walk walk_;
  std::vector<literal> conflict_;

  // Of `propagate_never`; made when it is first needed.
  adjacency requirers_;        // by choice: the candidates that require it
  adjacency choices_of_role_;  // by role

  std::vector<role_id> base_roles_;
  std::uint32_t base_level_ = 0;
  bool base_ready_ = false;
  bool started_ = false;
  bool contradictory_ = false;  // the roots alone cannot be satisfied
  bool as_root_ = false;        // asked for: the target's role is to use the root rules
  bool conditional_ = false;    // it does, as its `is_target` is true
  std::uint64_t conflicts_left_ = 0;
  std::uint64_t walk_conflicts_left_ = 0;
  std::uint64_t next_poll_ = poll_interval;

  // Of hard requests; sized when the first one comes.
  bool free_ = false;  // the order is kept up to date
  solve_impl::activity_order order_;
  solve_impl::known_model model_;

  std::vector<candidate_id> selected_;
};

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/solve/impl/sat_core.ipp"
#endif
