/// \file
/// Random 3-SAT as a universe: the hardest requests there are for their size, and their preferred
/// answer by trying every assignment.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include "opamplan/solve/tables.hpp"
#include "solve/random_tables.hpp"

namespace opamplan::test {

/// Each variable is a name with two versions (true is preferred), each clause an alternative of
/// three branches that one root requires. Near 4.26 clauses a variable about half are satisfiable
/// (Mitchell, Selman and Levesque 1992).
class random_formula {
 public:
  random_formula(std::uint32_t seed, std::uint32_t variables, std::uint32_t clauses)
      : variables_(variables) {
    std::mt19937 random(seed);
    for (std::uint32_t i = 0; i < clauses; ++i) {
      std::array<std::uint32_t, 3> of{};
      for (auto& v : of) {
        do {
          v = static_cast<std::uint32_t>(random() % variables);
        } while (std::count(of.begin(), &v, v) != 0);
      }
      std::array<literal, 3> clause;
      for (std::size_t k = 0; k < 3; ++k) clause[k] = {of[k], random() % 2 == 0};
      clauses_.push_back(clause);
    }
  }

  /// Role 0 is the root; then the variables, then the clauses.
  [[nodiscard]] universe_tables tables() const {
    universe_tables t;
    add_role(t, 1);
    for (std::uint32_t v = 0; v < variables_; ++v) add_role(t, 2);
    for (std::size_t i = 0; i < clauses_.size(); ++i) add_role(t, 3);
    for (std::uint32_t i = 0; i < clauses_.size(); ++i) {
      t.required.values.push_back(t.any_version[1 + variables_ + i]);
    }
    close_rows(t);
    for (std::uint32_t i = 0; i < 2 * variables_; ++i) close_rows(t);
    for (const auto& clause : clauses_) {
      for (const literal l : clause) {
        t.required.values.push_back(add_choice(t, role_id{1 + l.variable}, l.positive ? 1 : 2));
        close_rows(t);
      }
    }
    return t;
  }

  /// The selected candidates, ascending; nothing if there are none.
  [[nodiscard]] std::optional<std::vector<candidate_id>> preferred() const {
    std::vector<std::uint32_t> models;
    for (std::uint32_t m = 0; m < 1U << variables_; ++m) {
      if (std::all_of(clauses_.begin(), clauses_.end(), [&](const auto& clause) {
            return std::any_of(clause.begin(), clause.end(),
                               [&](literal l) { return holds(l, m); });
          })) {
        models.push_back(m);
      }
    }
    if (models.empty()) return std::nullopt;
    std::vector<candidate_id> answer{candidate_id{0}};
    std::uint32_t branch = 1 + 2 * variables_;
    std::uint32_t known = 0;
    for (const auto& clause : clauses_) {
      for (std::uint32_t k = 0; k < 3; ++k) {
        std::vector<std::uint32_t> with;
        std::copy_if(models.begin(), models.end(), std::back_inserter(with),
                     [&](std::uint32_t m) { return holds(clause[k], m); });
        if (with.empty()) continue;
        models = std::move(with);
        known |= 1U << clause[k].variable;
        answer.push_back(candidate_id{branch + k});
        break;
      }
      branch += 3;
    }
    for (std::uint32_t v = 0; v < variables_; ++v) {
      if ((known >> v & 1U) == 0) continue;
      answer.push_back(candidate_id{1 + 2 * v + ((models.front() >> v & 1U) != 0 ? 0 : 1)});
    }
    std::sort(answer.begin(), answer.end());
    return answer;
  }

 private:
  struct literal {
    std::uint32_t variable;
    bool positive;
  };

  static bool holds(literal l, std::uint32_t model) {
    return ((model >> l.variable & 1U) != 0) == l.positive;
  }

  static void add_role(universe_tables& t, std::uint32_t candidates) {
    const role_id id{static_cast<std::uint32_t>(t.roles.size())};
    t.roles.push_back(
        {static_cast<std::uint32_t>(t.candidate_roles.size()), candidates, t.domain_words++, 1});
    for (std::uint32_t i = 0; i < candidates; ++i) {
      t.candidate_packages.push_back(package_id(t.candidate_roles.size()));
      t.candidate_roles.push_back(id);
    }
    t.any_version.push_back(add_choice(t, id, (std::uint64_t{1} << candidates) - 1));
  }

  static void close_rows(universe_tables& t) {
    t.required.close_row();
    t.forbidden.close_row();
    t.classes.close_row();
  }

  std::uint32_t variables_;
  std::vector<std::array<literal, 3>> clauses_;
};

}  // namespace opamplan::test
