#include "opamplan/plan/strategies.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <set>

#include "opamplan/plan/contents.hpp"
#include "opamplan/plan/summary.hpp"
#include "plan/small_plans.hpp"

using namespace opamplan;
using namespace opamplan::test;

namespace {

/// The names in each target's image are those of its closure, and the simulator objects to nothing.
void check_images(const solved& s, const plan& p) {
  CHECK(problems_of(p) == std::vector<std::string>());
  REQUIRE(p.targets.size() == s.solutions.size());
  std::map<std::string, std::string> closures;
  for (const solution& each : s.solutions) {
    closures[s.in.repository().full_name(each.target)] =
        test::text_of(s.in, closure_of(each).packages);
  }
  for (const plan_target& t : p.targets) {
    CHECK(test::text_of(p, image_of(p, t.step)) == closures.at(p.packages[t.package].full_name()));
  }
}

}  // namespace

TEST_CASE("every strategy gives each target exactly its closure, whatever the depth limit") {
  std::size_t targets = 0;
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    const solved s = solve_random(seed);
    targets += s.solutions.size();
    for (const strategy each : all_strategies) {
      for (const std::size_t depth : {0, 1, 2, 3, 5}) {
        CAPTURE(seed);
        CAPTURE(to_string(each));
        CAPTURE(depth);
        const plan p = make_plan(s.in, s.solutions, with(each, depth_limit(depth)));
        check_images(s, p);
        if (depth != 0) CHECK(summarize(p).max_depth <= depth);
      }
    }
  }
  CHECK(targets > 300);
}

TEST_CASE("graft builds each distinct layer once, chain every closure alone") {
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    const solved s = solve_random(seed);
    std::size_t sum = 0;
    for (const solution& each : s.solutions) sum += closure_of(each).size();
    const plan graft = make_plan(s.in, s.solutions, with(strategy::graft));
    const plan chain = make_plan(s.in, s.solutions, with(strategy::chain));
    const plan prefix = make_plan(s.in, s.solutions, with(strategy::prefix));
    CHECK(chain.steps.size() == sum);
    CHECK(summarize(graft).layers == graft.steps.size());
    CHECK(prefix.steps.size() <= chain.steps.size());
    CHECK(prefix.steps.size() >= graft.steps.size());
    std::set<digest> keys;
    for (const plan* p : {&graft, &chain, &prefix}) {
      std::set<digest> found;
      for (const plan_layer& layer : p->layers) found.insert(layer.key);
      if (keys.empty()) keys = found;
      CHECK(found == keys);
    }
  }
}

TEST_CASE("system packages are installed where they are first missing") {
  const auto s = solve_files(diamond());
  for (const strategy each : all_strategies) {
    const plan p = make_plan(s.in, s.solutions, with(each));
    for (const plan_target& t : p.targets) {
      std::size_t installed = 0;
      for (step_id at = t.step; at != step_id::none; at = p.steps[at].parent) {
        installed += p.steps[at].depexts.size();
      }
      const std::string& name = p.packages[t.package].name;
      CHECK(installed == (name == "right" || name == "top" ? 1 : 0));
    }
  }
}

TEST_CASE("no solutions, one solution") {
  const auto s = solve_files(diamond());
  for (const strategy each : all_strategies) {
    CHECK(make_plan(s.in, std::vector<solution>(), with(each)).steps.empty());
    const plan one = make_plan(s.in, std::span(s.solutions).subspan(0, 1), with(each));
    CHECK(one.targets.size() == 1);
    CHECK(one.batches.size() == 1);
  }
}
