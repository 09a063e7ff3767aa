#include "opamplan/closure/reverse.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "plan/small_plans.hpp"

using namespace opamplan;
using namespace opamplan::test;

TEST_CASE("the index says what a walk over every closure would") {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    const solved s = solve_random(seed);
    const repository& repo = s.in.repository();
    const reverse_index index = make_reverse_index(s.solutions, repo.size());
    for (const package_id p : repo.packages()) {
      std::vector<std::uint32_t> holders;
      std::vector<std::uint32_t> dependents;
      for (std::uint32_t i = 0; i < s.solutions.size(); ++i) {
        const closure c = closure_of(s.solutions[i]);
        const auto at = std::find(c.packages.begin(), c.packages.end(), p);
        if (at == c.packages.end()) continue;
        holders.push_back(i);
        const auto place = static_cast<std::uint32_t>(at - c.packages.begin());
        for (std::uint32_t v = 0; v < c.size(); ++v) {
          const auto row = c.dependencies[v];
          if (std::find(row.begin(), row.end(), place) != row.end()) {
            dependents.push_back(c.packages[v].value());
          }
        }
      }
      std::sort(dependents.begin(), dependents.end());
      dependents.erase(std::unique(dependents.begin(), dependents.end()), dependents.end());
      const auto found = index.solutions_with(p);
      CHECK(std::vector<std::uint32_t>(found.begin(), found.end()) == holders);
      const auto direct = index.dependents[p];
      CHECK(std::vector<std::uint32_t>(direct.begin(), direct.end()) == dependents);
    }
  }
}

TEST_CASE("without solutions nobody needs anything") {
  const reverse_index index = make_reverse_index({}, 3);
  CHECK(index.solutions_with(package_id{2}).empty());
}
