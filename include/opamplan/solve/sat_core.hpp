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

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "opamplan/base/rows.hpp"
#include "opamplan/solve/impl/activity_order.hpp"
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

/// Which rules hold: for explanations, which look for a small part of the rules that is already
/// contradictory. Each is indexed like `values` of the rows of the same name in the tables.
/// The rules of branches always hold.
struct enabled_rules {
  std::vector<std::uint8_t> required;
  std::vector<std::uint8_t> forbidden;
  std::vector<std::uint8_t> classes;
  std::vector<std::uint8_t> root_required;
  std::vector<std::uint8_t> root_forbidden;
};

/// One rule of a candidate, as its place in the candidate's row of the tables.
struct rule_place {
  enum class kind : std::uint8_t { required, forbidden, conflict_class };
  kind what = kind::required;
  candidate_id candidate = no_candidate;
  std::uint32_t position = 0;
  // clang-tidy 14 sees a null pointer in what this makes. NOLINTNEXTLINE(modernize-use-nullptr)
  friend auto operator<=>(const rule_place&, const rule_place&) = default;
};

/// A search state. Not thread-safe; make one for each thread. Holds references to the tables.
class sat_core {
 public:
  static constexpr std::uint32_t no_root_role = 0xffffffffU;

  struct options {
    /// Choices that must hold in every request, in the order they are walked, before the target.
    std::vector<choice_id> roots;
    /// Candidates that no request may select (they violate a constraint given by the user).
    std::vector<candidate_id> excluded;
    /// Candidates tried before the others of their roles; at most one a role.
    std::vector<candidate_id> preferred;
    /// The role whose candidates use the root rules of the tables, or none.
    std::uint32_t root_role = no_root_role;
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

  /// Looks for the preferred selection that holds the roots and a member of `target`.
  search_outcome solve(choice_id target);

  /// As `solve(choice)`, for exactly one candidate.
  search_outcome solve(candidate_id target);

  /// For the requests to come.
  void set_conflict_limit(std::uint64_t limit) noexcept { options_.conflict_limit = limit; }

  /// Forgets everything learnt, for when `enabled_rules` have changed. Linear in what was learnt.
  void reset();

  /// The same, and from now on the candidates of this role use the root rules.
  void reset(std::uint32_t root_role) {
    reset();
    options_.root_role = root_role;
  }

  /// After `satisfiable`: the selected candidates (branches included) in the order of the walk.
  [[nodiscard]] std::span<const candidate_id> selected() const noexcept { return selected_; }

  /// After `unsatisfiable`, if traced: rules of packages that alone are contradictory, with the
  /// roots, the excluded candidates and the target. Ascending; few more than are needed.
  [[nodiscard]] std::span<const rule_place> refutation() const noexcept { return refutation_; }

  [[nodiscard]] const search_statistics& statistics() const noexcept { return statistics_; }

 private:
  // A literal is a variable and a sign. Variables: candidates, then choices.
  struct literal {
    std::uint32_t code;
    friend bool operator==(literal, literal) = default;
  };
  static literal negate(literal l) noexcept { return {l.code ^ 1U}; }
  static std::uint32_t variable(literal l) noexcept { return l.code >> 1U; }
  static bool is_negative(literal l) noexcept { return (l.code & 1U) != 0; }

  enum class reason_kind : std::uint8_t {
    none,         // a decision, an assumption, or a fact of level 0; `arg`: see `facts_`
    implied,      // by the literal `arg`
    clause,       // the learnt clause `arg`
    no_member,    // a choice is false: all its members are
    last_member,  // a candidate is true: the only one left of the true choice `arg`
  };
  struct reason {
    reason_kind kind = reason_kind::none;
    std::uint32_t arg = 0;
  };
  struct clause {
    std::uint32_t first = 0;
    std::uint32_t size = 0;
    std::uint32_t glue = 0;  // levels among its literals when it was learnt
  };
  struct watch {
    std::uint32_t clause;
    literal blocker;  // if true, the clause need not be looked at
  };
  // Of the depth-first walk: the requirements of one selected candidate, and the frame to go on
  // with after them. A stack whose earlier states stay valid: frames from before the last decision
  // are replaced, not changed.
  struct frame {
    candidate_id candidate;
    std::uint32_t next;
    std::uint32_t below;
  };
  static constexpr std::uint32_t no_frame = 0xffffffffU;
  struct decision {  // what backtracking restores
    std::uint32_t trail_size;
    std::uint32_t visited_size;
    std::uint32_t frame_count;
    std::uint32_t top_frame;
    std::uint32_t root_position;
  };

  // Values: 0 unassigned, 1 true, 2 false.
  [[nodiscard]] std::uint8_t value(literal l) const noexcept {
    const std::uint8_t v = values_[variable(l)];
    return v == 0 ? 0 : static_cast<std::uint8_t>(is_negative(l) ? 3 - v : v);
  }
  [[nodiscard]] bool is_true(literal l) const noexcept { return value(l) == 1; }
  [[nodiscard]] bool is_false(literal l) const noexcept { return value(l) == 2; }
  [[nodiscard]] static literal is_selected(candidate_id c) noexcept {
    return {static_cast<std::uint32_t>(c) << 1U};
  }
  [[nodiscard]] literal holds(choice_id s) const noexcept {
    return {(candidate_count_ + static_cast<std::uint32_t>(s)) << 1U};
  }
  [[nodiscard]] bool is_candidate(std::uint32_t var) const noexcept {
    return var < candidate_count_;
  }
  [[nodiscard]] choice_id as_choice(std::uint32_t var) const noexcept {
    return choice_id{var - candidate_count_};
  }
  [[nodiscard]] std::uint32_t level() const noexcept {
    return static_cast<std::uint32_t>(decisions_.size());
  }

  // Rules of a candidate that are in force; `visit` returns false to stop.
  [[nodiscard]] bool uses_root_rules(candidate_id c) const noexcept;
  [[nodiscard]] bool enabled(const std::vector<std::uint8_t> enabled_rules::*rules, candidate_id c,
                             std::size_t rule) const noexcept;
  [[nodiscard]] std::span<const choice_id> required_row(candidate_id c) const noexcept;
  [[nodiscard]] bool required_enabled(candidate_id c, std::size_t position) const noexcept;
  template <class Visit>
  bool for_each_required(candidate_id c, Visit visit) const;
  template <class Visit>
  bool for_each_forbidden(candidate_id c, Visit visit) const;
  template <class Visit>
  bool for_each_class(candidate_id c, Visit visit) const;

  // Assignment and propagation (impl/sat_core_propagate.ipp). False: `conflict_` holds a clause
  // whose literals are all false.
  [[nodiscard]] candidate_id rival(literal l) const noexcept;
  void assign(literal l, reason why);
  bool imply(literal l, reason why);
  bool propagate();
  bool propagate_selected(candidate_id c);
  bool propagate_required(choice_id s);
  bool propagate_forbidden(choice_id s);
  bool propagate_never(choice_id s);
  bool check_domain(role_id r);
  bool visit_watches(literal falsified);
  void backtrack(std::uint32_t to_level);
  void undo(literal l);
  [[nodiscard]] bool meets_domain(choice_id s) const noexcept;

  // Conflict analysis (impl/sat_core_analyze.ipp).
  template <class Visit>
  void for_each_cause(literal l, reason why, Visit visit) const;
  [[nodiscard]] bool redundant(literal l) const;
  std::uint32_t analyze();
  [[nodiscard]] std::uint32_t levels_in_learnt();
  void find_dominators(std::size_t at);
  void assert_fact(literal l, std::vector<rule_place> rules, std::uint32_t before);
  void learn(std::uint32_t to_level);
  void forget_clauses();

  // What deductions rest on (impl/sat_core_trace.ipp); called only if the options say so.
  void use_rules(literal l, reason why);
  void use_implication(literal l, literal because);
  void use_required(candidate_id c, choice_id s);
  bool use_forbidden(candidate_id c, choice_id s);
  void use_class(candidate_id c, std::uint32_t k);
  void use(rule_place::kind what, candidate_id c, std::size_t position);
  void use_fact(std::uint32_t var);
  void note_class_conflict(candidate_id c, std::uint32_t k);
  void sort_used();
  search_outcome refute(std::span<const literal> false_literals);

  // The walk that decides (impl/sat_core_walk.ipp).
  enum class step : std::uint8_t { decided, settled, complete, conflict };
  step decide();
  [[nodiscard]] candidate_id best_candidate(role_id r) const noexcept;
  step choose(role_id r);
  bool admissible(candidate_id c);
  void exclude(candidate_id c, literal because);
  [[nodiscard]] reason why_disjoint(choice_id s) const noexcept;
  void new_level();
  void push_frame(candidate_id c);
  void advance_frame(std::uint32_t next);

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
  step decide_freely();
  run_result search(std::uint32_t floor, order by);
  run_result run(std::uint32_t floor);
  run_result run_guided(std::uint32_t floor);
  void remember_model();

  // Requests (impl/sat_core_request.ipp).
  bool prepare_base();
  search_outcome solve_literal(literal target, role_id role);
  search_outcome solve_on_base(literal target, role_id role);
  search_outcome solve_from_scratch(literal target, role_id role);
  search_outcome finish(search_outcome outcome, bool base_intact);

  // The invariants, for debug builds (impl/sat_core_check.ipp).
  [[nodiscard]] bool trail_is_sound() const;
  [[nodiscard]] bool reasons_are_sound() const;
  [[nodiscard]] bool domains_are_sound() const;
  [[nodiscard]] bool nothing_waits() const;

  const universe_tables& tables_;
  options options_;
  std::uint32_t candidate_count_;
  search_statistics statistics_;

  // By variable.
  std::vector<std::uint8_t> values_;
  std::vector<std::uint32_t> levels_;
  std::vector<reason> reasons_;
  std::vector<std::uint8_t> seen_;
  // By role.
  std::vector<std::uint64_t> domain_;
  std::vector<std::uint32_t> domain_size_;
  std::vector<candidate_id> role_selected_;
  std::vector<choice_id> role_required_;  // its last true choice; earlier ones by required_link_
  std::vector<std::uint8_t> visited_;
  std::vector<candidate_id> preferred_;  // empty if the options prefer nothing
  // By choice: the true choice of the same role before it.
  std::vector<choice_id> required_link_;
  // By conflict class.
  std::vector<candidate_id> class_selected_;

  // Of `propagate_never`; made when it is first needed.
  adjacency requirers_;        // by choice: the candidates that require it
  adjacency choices_of_role_;  // by role

  std::vector<literal> trail_;
  std::size_t queue_head_ = 0;
  std::vector<decision> decisions_;

  std::vector<literal> clause_literals_;
  std::vector<clause> clauses_;
  std::vector<std::vector<watch>> watches_;  // by literal

  std::vector<literal> conflict_;
  std::vector<literal> learnt_;
  std::vector<literal> unminimised_;
  struct dominator {
    literal fact;
    std::vector<rule_place> rules;  // between it and the one before
  };
  std::vector<dominator> dominators_;
  std::vector<std::uint32_t> marked_;
  std::uint32_t learnt_glue_ = 0;
  std::vector<std::uint64_t> level_stamp_;  // by level, of `levels_in_learnt`
  std::uint64_t stamp_ = 0;
  std::size_t clause_limit_ = 0;  // when to forget some
  std::size_t clause_interval_ = 0;

  // Of the trace: rules by learnt clause and by learnt fact (from 1: a reason's `arg` 0 is none);
  // what the current analysis has used; what the last conflict itself used.
  static constexpr std::uint32_t no_variable = 0xffffffffU;
  struct traced_fact {
    std::vector<rule_place> rules;
    std::uint32_t before;  // the variable of a fact that this one rests on too, or none
  };
  std::vector<std::vector<rule_place>> clause_rules_;
  std::vector<traced_fact> facts_;
  std::vector<rule_place> used_;
  std::vector<rule_place> conflict_rules_;
  std::vector<rule_place> refutation_;
  std::vector<std::uint32_t> used_facts_;
  std::vector<std::uint8_t> fact_seen_;  // by variable

  std::vector<frame> frames_;
  std::uint32_t top_frame_ = no_frame;
  std::vector<role_id> visit_order_;
  std::vector<role_id> walk_roots_;
  std::uint32_t root_position_ = 0;

  std::vector<role_id> base_roles_;
  std::uint32_t base_level_ = 0;
  bool base_ready_ = false;
  bool started_ = false;
  std::uint64_t conflicts_left_ = 0;
  std::uint64_t walk_conflicts_left_ = 0;
  std::uint64_t next_poll_ = poll_interval;

  // Of hard requests; sized when the first one comes.
  bool free_ = false;  // the order is kept up to date
  solve_impl::activity_order order_;
  std::vector<std::uint8_t> phases_;  // by variable: its last value
  std::vector<candidate_id> model_;   // by role
  std::vector<role_id> model_roles_;
  bool contradictory_ = false;  // the roots alone cannot be satisfied
  std::vector<candidate_id> selected_;
};

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/solve/impl/sat_core.ipp"
#endif
