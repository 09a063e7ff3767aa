/// \file
/// A SAT library as the judge of large universes: every clause written out, and the preferred
/// selection found by asking it about one candidate after the other.
#pragma once

#ifdef OPAMPLAN_HAVE_CADICAL

#include <cadical.hpp>
#include <cstdint>
#include <optional>
#include <vector>

#include "opamplan/solve/tables.hpp"

namespace opamplan::test {

class judge {
 public:
  explicit judge(const universe_tables& t) : t_(t) {
    for (const auto& role : t.roles) {
      for (std::uint32_t i = 0; i < role.candidate_count; ++i) {
        for (std::uint32_t j = 0; j < i; ++j) {
          add({-of(role.first_candidate + i), -of(role.first_candidate + j)});
        }
      }
    }
    for (std::uint32_t s = 0; s < t.choices.size(); ++s) {
      std::vector<int> clause{-of(choice_id{s})};
      for_each_member(choice_id{s}, [&](std::uint32_t c) {
        clause.push_back(of(c));
        add({of(choice_id{s}), -of(c)});
      });
      add(clause);
    }
    std::vector<std::vector<std::uint32_t>> classes(t.class_names.size());
    for (std::uint32_t c = 0; c < t.candidate_roles.size(); ++c) {
      for (const choice_id s : t.required[c]) add({-of(c), of(s)});
      for (const choice_id s : t.forbidden[c]) add({-of(c), -of(s)});
      for (const std::uint32_t k : t.classes[c]) {
        for (const std::uint32_t other : classes[k]) add({-of(c), -of(other)});
        classes[k].push_back(c);
      }
    }
  }

  /// In the order of the walk from these choices; nothing if there is no model.
  std::optional<std::vector<candidate_id>> preferred(const std::vector<choice_id>& roots) {
    assumed_.clear();
    for (const choice_id root : roots) assumed_.push_back(of(root));
    if (!satisfiable()) return std::nullopt;
    std::vector<candidate_id> answer;
    std::vector<bool> visited(t_.roles.size(), false);
    std::vector<choice_id> open(roots.rbegin(), roots.rend());
    while (!open.empty()) {
      const role_id r = t_.choices[open.back()].role;
      open.pop_back();
      if (visited[r]) continue;
      visited[r] = true;
      const auto& role = t_.roles[r];
      for (std::uint32_t c = role.first_candidate;; ++c) {
        assumed_.push_back(of(c));
        if (model_[c] || satisfiable()) {
          answer.push_back(candidate_id{c});
          const auto needs = t_.required[c];
          open.insert(open.end(), needs.rbegin(), needs.rend());
          break;
        }
        assumed_.pop_back();
      }
    }
    return answer;
  }

 private:
  [[nodiscard]] static int of(std::uint32_t candidate) { return static_cast<int>(candidate) + 1; }
  [[nodiscard]] int of(choice_id s) const {
    return static_cast<int>(t_.candidate_roles.size() + s) + 1;
  }
  template <class Visit>
  void for_each_member(choice_id s, Visit visit) const {
    const auto& role = t_.roles[t_.choices[s].role];
    for (std::uint32_t i = 0; i < role.candidate_count; ++i) {
      const std::uint32_t c = role.first_candidate + i;
      if (t_.contains(s, candidate_id{c})) visit(c);
    }
  }
  void add(const std::vector<int>& clause) {
    for (const int l : clause) solver_.add(l);
    solver_.add(0);
  }
  // Under what is assumed; keeps the model.
  bool satisfiable() {
    for (const int l : assumed_) solver_.assume(l);
    if (solver_.solve() != 10) return false;
    model_.resize(t_.candidate_roles.size());
    for (std::uint32_t c = 0; c < model_.size(); ++c) model_[c] = solver_.val(of(c)) > 0;
    return true;
  }

  const universe_tables& t_;
  CaDiCaL::Solver solver_;
  std::vector<int> assumed_;
  std::vector<bool> model_;
};

}  // namespace opamplan::test

#endif
