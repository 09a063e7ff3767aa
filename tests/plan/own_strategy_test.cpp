#include <doctest/doctest.h>

#include <set>
#include <string>

#include "opamplan/inspect/doctor.hpp"
#include "opamplan/plan/batches.hpp"
#include "plan/small_plans.hpp"

using namespace opamplan::test;

namespace {

// As docs/extending.md has it, word for word (tests/python/test_docs.py).
/// Every layer on the base image itself, and all that it needs brought in.
opamplan::plan star(opamplan::plan p) {
  using namespace opamplan;
  index_vector<layer_id, std::set<layer_id>> closures;
  p.steps.clear();
  for (const layer_id l : p.layers.indices()) {
    auto& closure = closures.emplace_back();
    for (const layer_id need : p.layers[l].needs) {
      closure.insert(need);
      closure.insert(closures[need].begin(), closures[need].end());
    }
    plan_step step;  // of the same number as its layer
    step.key = p.layers[l].key;
    std::set<std::string> depexts;
    const auto add_depexts = [&](layer_id of) {
      for (const plan_package_id i : p.layers[of].packages) {
        depexts.insert(p.packages[i].depexts.begin(), p.packages[i].depexts.end());
      }
    };
    for (const layer_id below : closure) {
      step.grafts.emplace_back(below.value());
      add_depexts(below);
    }
    add_depexts(l);
    step.depexts.assign(depexts.begin(), depexts.end());
    step.installs = {l};
    p.steps.push_back(std::move(step));
  }
  for (plan_target& target : p.targets) target.step = step_id(target.layer.value());
  make_batches(p);
  return p;
}

}  // namespace

TEST_CASE("the strategy of the page on extending is sound") {
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    const solved s = solve_random(seed);
    if (s.solutions.empty()) continue;
    const opamplan::plan p = star(make_plan(s.in, s.solutions, with(opamplan::strategy::graft)));
    CAPTURE(seed);
    CHECK(diagnose(p, p.limits).empty());
    for (const opamplan::plan_step& step : p.steps) CHECK(step.depth == 1);
  }
}

TEST_CASE("the doctor sees what is wrong with a strategy of one's own") {
  const solved s = solve_files(diamond());
  opamplan::plan p = star(make_plan(s.in, s.solutions, with(opamplan::strategy::graft)));
  p.steps.back().grafts.pop_back();
  CHECK(!diagnose(p, p.limits).empty());
}
