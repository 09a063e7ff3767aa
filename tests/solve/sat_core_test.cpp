#include "opamplan/solve/sat_core.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "solve/random_formula.hpp"
#include "solve/random_tables.hpp"

using namespace opamplan;
using namespace opamplan::test;

namespace {

/// Solves every target of many random universes with one search each, and compares with brute
/// force. Returns how many requests were satisfiable and unsatisfiable.
std::pair<int, int> compare_with_brute_force(const random_shape& shape, unsigned seeds,
                                             bool with_root) {
  std::pair<int, int> counts{0, 0};
  for (unsigned seed = 1; seed <= seeds; ++seed) {
    std::mt19937 random(seed);
    const universe_tables t = random_tables(random, shape);
    const auto models = all_models(t);
    sat_core::options options;
    if (with_root) options.roots = {t.any_version[0]};
    // Hard from the start: guided by models, and forgetting almost all.
    sat_core::options hard = options;
    hard.walk_conflicts = 0;
    hard.clause_limit = 2;
    sat_core kept(t, options);
    sat_core guided(t, hard);
    for (int repeat = 0; repeat < 2; ++repeat) {
      for (std::size_t r = 0; r < t.roles.size(); ++r) {
        std::vector<choice_id> roots = options.roots;
        roots.push_back(t.any_version[r]);
        const auto expected = preferred(t, models, roots);
        sat_core fresh(t, options);
        for (sat_core* s : {&kept, &fresh, &guided}) {
          const auto outcome = s->solve(t.any_version[r]);
          CAPTURE(seed);
          CAPTURE(r);
          CHECK(outcome ==
                (expected ? search_outcome::satisfiable : search_outcome::unsatisfiable));
          if (expected && outcome == search_outcome::satisfiable) {
            const auto got = s->selected();
            CHECK(std::vector<candidate_id>(got.begin(), got.end()) == *expected);
          }
        }
        ++(expected ? counts.first : counts.second);
      }
    }
  }
  return counts;
}

/// The root of a formula.
void check_answer(sat_core& s, const universe_tables& t,
                  const std::optional<std::vector<candidate_id>>& expected) {
  CHECK(s.solve(t.any_version[0]) ==
        (expected ? search_outcome::satisfiable : search_outcome::unsatisfiable));
  std::vector<candidate_id> got(s.selected().begin(), s.selected().end());
  std::sort(got.begin(), got.end());
  if (expected) CHECK(got == *expected);
}

}  // namespace

TEST_CASE("the answer is the preferred one of brute force, kept clauses or not") {
  const auto [sat, unsat] = compare_with_brute_force({}, 600, true);
  CHECK(sat > 500);
  CHECK(unsat > 500);
}

TEST_CASE("the answer is the preferred one when most rules are conflicts") {
  const auto [sat, unsat] = compare_with_brute_force({6, 3, 3, 0.9, 0.5}, 400, true);
  CHECK(sat > 100);
  CHECK(unsat > 500);
}

TEST_CASE("the answer is the preferred one without roots, with more candidates") {
  const auto [sat, unsat] = compare_with_brute_force({5, 5, 4, 0.4, 0.1}, 150, false);
  CHECK(sat > 100);
  CHECK(unsat > 100);
}

TEST_CASE("an excluded candidate is never selected") {
  std::mt19937 random(7);
  const universe_tables t = random_tables(random, {4, 3, 0, 0, 0});
  sat_core::options options;
  options.excluded = {candidate_id{t.roles[1].first_candidate}};
  sat_core s(t, options);
  CHECK(s.solve(options.excluded[0]) == search_outcome::unsatisfiable);
  const bool others = t.roles[1].candidate_count > 1;
  CHECK((s.solve(t.any_version[1]) == search_outcome::satisfiable) == others);
}

TEST_CASE("a request that exceeds its conflict limit is given up, and the next one is answered") {
  int given_up = 0;
  for (unsigned seed = 1; seed <= 300; ++seed) {
    std::mt19937 random(seed);
    const universe_tables t = random_tables(random, {6, 3, 3, 0.9, 0.5});
    sat_core::options options;
    options.conflict_limit = 0;
    sat_core limited(t, options);
    sat_core unlimited(t, {});
    for (const choice_id target : t.any_version) {
      const auto outcome = limited.solve(target);
      if (outcome == search_outcome::gave_up) {
        ++given_up;
      } else {
        CHECK(outcome == unlimited.solve(target));
      }
    }
  }
  CHECK(given_up > 10);
}

TEST_CASE("hard requests get the preferred answer") {
  int satisfiable = 0;
  int unsatisfiable = 0;
  for (std::uint32_t seed = 1; seed <= 150; ++seed) {
    CAPTURE(seed);
    const std::uint32_t variables = 10 + seed % 5;
    const random_formula formula(seed, variables, variables * 45 / 10);
    const universe_tables t = formula.tables();
    const auto expected = formula.preferred();
    ++(expected ? satisfiable : unsatisfiable);
    sat_core::options hard;
    hard.walk_conflicts = seed % 3;
    hard.clause_limit = 5;
    sat_core walked(t, {});
    sat_core guided(t, hard);
    for (int repeat = 0; repeat < 2; ++repeat) {
      check_answer(walked, t, expected);
      check_answer(guided, t, expected);
    }
  }
  CHECK(satisfiable > 30);
  CHECK(unsatisfiable > 30);
}

TEST_CASE("two learnt clauses may select two candidates of one role at once") {
  // The 26th formula of 20 variables is the first in which they do.
  const random_formula formula(26, 20, 86);
  const universe_tables t = formula.tables();
  sat_core s(t, {});
  check_answer(s, t, formula.preferred());
  // With 40 variables it is common; debug builds check the trail.
  for (std::uint32_t seed = 1; seed <= 100; ++seed) {
    CAPTURE(seed);
    const universe_tables hard = random_formula(seed, 40, 172).tables();
    sat_core walked(hard, {});
    const auto outcome = walked.solve(hard.any_version[0]);
    const std::vector<candidate_id> first(walked.selected().begin(), walked.selected().end());
    sat_core::options options;
    options.walk_conflicts = seed % 50;
    options.clause_limit = 20;
    sat_core guided(hard, options);
    for (sat_core* s : {&walked, &guided}) {
      CHECK(s->solve(hard.any_version[0]) == outcome);
      CHECK(std::equal(first.begin(), first.end(), s->selected().begin(), s->selected().end()));
    }
  }
}
