/// \file
/// Random small universes, and the preferred selection by brute force from its definition.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include "opamplan/solve/tables.hpp"

namespace opamplan::test {

struct random_shape {
  std::uint32_t roles = 6;
  std::uint32_t most_candidates = 3;
  std::uint32_t most_required = 3;
  double forbid_probability = 0.3;
  double class_probability = 0.2;
};

inline choice_id add_choice(universe_tables& t, role_id r, std::uint64_t members) {
  for (std::size_t i = 0; i < t.choices.size(); ++i) {
    if (t.choices[i].role == r && t.choice_words[t.choices[i].first_word] == members) {
      return choice_id(i);
    }
  }
  universe_tables::choice c;
  c.role = r;
  c.first_word = static_cast<std::uint32_t>(t.choice_words.size());
  c.member_count = static_cast<std::uint32_t>(__builtin_popcountll(members));
  t.choice_words.push_back(members);
  t.choices.push_back(c);
  return choice_id(t.choices.size() - 1);
}

inline universe_tables random_tables(std::mt19937& random, const random_shape& shape) {
  universe_tables t;
  const auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
  const auto chance = [&](double p) { return std::uniform_real_distribution<>(0, 1)(random) < p; };
  t.class_names = {"class"};
  for (std::uint32_t r = 0; r < shape.roles; ++r) {
    universe_tables::role role;
    role.first_candidate = static_cast<std::uint32_t>(t.candidate_roles.size());
    role.candidate_count = 1 + below(shape.most_candidates);
    role.first_word = t.domain_words++;
    role.word_count = 1;
    t.roles.push_back(role);
    for (std::uint32_t i = 0; i < role.candidate_count; ++i) {
      t.candidate_packages.push_back(package_id(t.candidate_roles.size()));
      t.candidate_roles.push_back(role_id{r});
    }
  }
  const auto any = [&](role_id r) { return (std::uint64_t{1} << t.roles[r].candidate_count) - 1; };
  for (std::uint32_t r = 0; r < shape.roles; ++r) {
    t.any_version.push_back(add_choice(t, role_id{r}, any(role_id{r})));
  }
  for (std::size_t c = 0; c < t.candidate_roles.size(); ++c) {
    const std::uint32_t count = below(shape.most_required + 1);
    for (std::uint32_t i = 0; i < count; ++i) {
      const role_id r{below(shape.roles)};
      // Rarely no member at all: a dependency that does not exist.
      std::uint64_t members = random() & any(r);
      if (members == 0 && !chance(0.2)) members = any(r);
      t.required.values.push_back(add_choice(t, r, members));
    }
    t.required.close_row();
    if (chance(shape.forbid_probability)) {
      const role_id r{below(shape.roles)};
      t.forbidden.values.push_back(add_choice(t, r, random() & any(r)));
    }
    t.forbidden.close_row();
    if (chance(shape.class_probability)) t.classes.values.push_back(0);
    t.classes.close_row();
  }
  return t;
}

/// Every selection that obeys the rules: for each role a candidate or `candidate_id::none`.
inline std::vector<std::vector<candidate_id>> all_models(const universe_tables& t) {
  std::vector<std::vector<candidate_id>> models;
  std::vector<std::uint32_t> digits(t.roles.size(), 0);
  while (true) {
    std::vector<candidate_id> model;
    for (std::size_t r = 0; r < digits.size(); ++r) {
      model.push_back(digits[r] == 0 ? candidate_id::none
                                     : candidate_id{t.roles[r].first_candidate + digits[r] - 1});
    }
    const auto selected_in = [&](choice_id s) {
      const candidate_id c = model[t.choices[s].role];
      return c != candidate_id::none && t.contains(s, c);
    };
    bool valid = true;
    std::vector<int> per_class(t.class_names.size(), 0);
    for (const candidate_id c : model) {
      if (c == candidate_id::none) continue;
      for (const choice_id s : t.required[c]) valid = valid && selected_in(s);
      for (const choice_id s : t.forbidden[c]) valid = valid && !selected_in(s);
      for (const std::uint32_t k : t.classes[c]) valid = valid && ++per_class[k] == 1;
    }
    if (valid) models.push_back(model);
    std::size_t r = 0;
    while (r < digits.size() && ++digits[r] > t.roles[r].candidate_count) digits[r++] = 0;
    if (r == digits.size()) return models;
  }
}

/// The preferred selection by its definition: walk depth first from `roots`, then the target; give
/// each role the first candidate that is part of any model with what was chosen before. In the
/// order of the walk; empty optional if there is no model.
inline std::optional<std::vector<candidate_id>> preferred(
    const universe_tables& t, std::vector<std::vector<candidate_id>> models,
    const std::vector<choice_id>& roots) {
  const auto keep = [&](auto predicate) {
    models.erase(
        std::remove_if(models.begin(), models.end(), [&](const auto& m) { return !predicate(m); }),
        models.end());
  };
  for (const choice_id root : roots) {
    keep([&](const auto& m) {
      const candidate_id c = m[t.choices[root].role];
      return c != candidate_id::none && t.contains(root, c);
    });
  }
  if (models.empty()) return std::nullopt;
  std::vector<candidate_id> answer;
  std::vector<bool> visited(t.roles.size(), false);
  const auto visit = [&](auto& self, role_id r) -> void {
    if (visited[r]) return;
    visited[r] = true;
    const auto& role = t.roles[r];
    for (std::uint32_t i = 0; i < role.candidate_count; ++i) {
      const candidate_id c{role.first_candidate + i};
      const bool possible =
          std::any_of(models.begin(), models.end(), [&](const auto& m) { return m[r] == c; });
      if (!possible) continue;
      keep([&](const auto& m) { return m[r] == c; });
      answer.push_back(c);
      for (const choice_id s : t.required[c]) {
        self(self, t.choices[s].role);
      }
      return;
    }
  };
  for (const choice_id root : roots) visit(visit, t.choices[root].role);
  return answer;
}

}  // namespace opamplan::test
