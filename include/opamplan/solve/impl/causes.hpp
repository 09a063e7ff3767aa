/// \file
/// What a deduction rests on, reconstructed when it is asked for.
#pragma once

#include <cstddef>
#include <cstdint>

#include "opamplan/solve/impl/candidate_rules.hpp"
#include "opamplan/solve/impl/learnt_clauses.hpp"
#include "opamplan/solve/impl/literal.hpp"

namespace opamplan::solve_impl {

/// Lazy clause generation (Ohrimenko, Stuckey and Codish 2009): a reason is two words, and the
/// clause that it stands for is not written out.
class causes {
 public:
  causes(const universe_tables& t, const variables& vars, const candidate_rules& rules,
         const learnt_clauses& clauses)
      : tables_(t), vars_(vars), rules_(rules), clauses_(clauses) {}

  /// Visits the true literals that together imply `l`.
  template <class Visit>
  void visit(literal l, reason why, Visit visit) const {
    switch (why.what) {
      case reason::kind::none:
        break;
      case reason::kind::implied:
        visit(literal{why.arg});
        break;
      case reason::kind::as_target:
        visit(literal{why.arg});
        visit(vars_.is_target(rules_.root_role()));
        break;
      case reason::kind::clause:
        for (const literal other : clauses_[why.arg]) {
          if (!(other == l)) visit(negate(other));
        }
        break;
      case reason::kind::no_member:
        visit_members(vars_.as_choice(variable(l)), candidate_id::none, visit);
        break;
      case reason::kind::last_member:
        visit(vars_.holds(choice_id{why.arg}));
        visit_members(choice_id{why.arg}, candidate_id{variable(l)}, visit);
        break;
    }
  }

 private:
  // That none of them is selected, but for one.
  template <class Visit>
  void visit_members(choice_id s, candidate_id except, Visit visit) const {
    const auto& role = tables_.roles[tables_.choices[s].role];
    const auto members = tables_.members(s);
    universe_tables::for_each_candidate(
        role, [&](std::uint32_t w) { return members[w]; },
        [&](candidate_id c) {
          if (c != except) visit(negate(variables::is_selected(c)));
        });
  }

  const universe_tables& tables_;
  const variables& vars_;
  const candidate_rules& rules_;
  const learnt_clauses& clauses_;
};

}  // namespace opamplan::solve_impl
