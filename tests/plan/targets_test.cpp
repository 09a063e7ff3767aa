#include "opamplan/plan/targets.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "opamplan/inspect/doctor.hpp"
#include "opamplan/plan/contents.hpp"
#include "opamplan/plan/json.hpp"
#include "opamplan/repository/names.hpp"
#include "plan/small_plans.hpp"

using namespace opamplan;
using namespace opamplan::test;

namespace {

using names = std::vector<std::string>;

std::string target_name(const plan& p, std::size_t t) {
  return p.packages[p.targets[t].package].full_name();
}

/// Every second target, from the first or the second.
names some_targets(const plan& p, std::size_t first) {
  names out;
  for (std::size_t t = first; t < p.targets.size(); t += 2) out.push_back(target_name(p, t));
  return out;
}

std::set<digest> layer_keys(const plan& p) {
  std::set<digest> keys;
  for (const plan_layer& layer : p.layers) keys.insert(layer.key);
  return keys;
}

std::string refusal(const plan& p, const std::string& text) {
  try {
    static_cast<void>(find_target(p, text));
  } catch (const invalid_request& e) {
    return e.what();
  }
  return "";
}

/// All that a plan of some targets must be, by what the whole plan is.
void check_restricted(const solved& s, const plan& all, const names& wanted) {
  const plan some = restricted_to(all, wanted);
  CHECK(diagnose(some, some.limits).empty());
  CHECK(plan_from_json(to_json(some)) == some);
  REQUIRE(some.targets.size() == wanted.size());
  std::map<digest, std::size_t> places;
  for (const step_id i : all.steps.indices()) places.emplace(all.steps[i].key, i);
  for (std::size_t t = 0; t < wanted.size(); ++t) {
    CHECK(target_name(some, t) == wanted[t]);
    const plan_target& before = all.targets[find_target(all, wanted[t])];
    const plan_target& after = some.targets[t];
    CHECK(some.steps[after.step].key == all.steps[before.step].key);
    CHECK(some.layers[after.layer].key == all.layers[before.layer].key);
    CHECK(test::text_of(some, image_of(some, after.step)) ==
          test::text_of(all, image_of(all, before.step)));
  }
  CHECK(std::all_of(some.steps.begin(), some.steps.end(),
                    [&](const plan_step& step) { return places.count(step.key) == 1; }));
  // Only what is needed: each step is some target's.
  std::set<std::uint32_t> used;
  for (const plan_batch& b : some.batches) used.insert(b.steps.begin(), b.steps.end());
  CHECK(used.size() == some.steps.size());
  if (all.strategy != strategy::graft) return;
  std::vector<solution> solutions;
  for (const solution& each : s.solutions) {
    const std::string name = s.in.repository().full_name(each.target);
    if (std::find(wanted.begin(), wanted.end(), name) != wanted.end()) solutions.push_back(each);
  }
  const plan anew = make_plan(s.in, solutions, with(strategy::graft));
  CHECK(layer_keys(some) == layer_keys(anew));
  CHECK(some.packages == anew.packages);
  CHECK(some.steps.size() == anew.steps.size());
}

}  // namespace

TEST_CASE("a plan restricted to targets is sound, and what it was for them") {
  for (std::uint32_t seed = 1; seed <= 12; ++seed) {
    CAPTURE(seed);
    const solved s = solve_random(seed);
    for (const strategy how : all_strategies) {
      CAPTURE(to_string(how));
      limits l = limit_profile("none");
      l.batch_targets = 3;
      const plan all = make_plan(s.in, s.solutions, with(how, l));
      check_restricted(s, all, some_targets(all, seed % 2));
    }
  }
}

TEST_CASE("a plan restricted to all of its targets is the plan") {
  const solved s = solve_random(3);
  for (const strategy how : all_strategies) {
    const plan all = make_plan(s.in, s.solutions, with(how));
    names every;
    for (const target_id t : all.targets.indices()) every.push_back(target_name(all, t));
    CHECK(restricted_to(all, every) == all);
  }
}

TEST_CASE("batches keep their order, and those without a target are gone") {
  const solved s = solve_files(diamond());
  limits l = limit_profile("none");
  l.batch_targets = 1;
  const plan all = make_plan(s.in, s.solutions, with(strategy::graft, l));
  REQUIRE(all.batches.size() == 5);
  const plan some = restricted_to(all, names{"top", "left.1", "top.1"});
  REQUIRE(some.batches.size() == 2);
  std::vector<std::string> order;
  for (const plan_batch& b : all.batches) {
    const std::string name = target_name(all, b.targets[0]);
    if (name == "top.1" || name == "left.1") order.push_back(name);
  }
  for (std::size_t b = 0; b < 2; ++b)
    CHECK(target_name(some, some.batches[b].targets[0]) == order[b]);
  std::size_t fresh = 0;
  for (const plan_batch& b : some.batches) fresh += b.new_steps;
  CHECK(fresh == some.steps.size());
  CHECK(some.packages.size() == 4);  // alone.1 is in neither
  CHECK(restricted_to(all, names{}).steps.empty());
}

TEST_CASE("sources of pins that no target needs are left out") {
  const solved s = solve_files(diamond());
  plan all = make_plan(s.in, s.solutions, with(strategy::graft));
  all.sources = {{digest{1}, "one"}, {digest{2}, "two"}};
  for (plan_package& p : all.packages) {
    if (p.name == "alone") p.source = source_id(0);
    if (p.name == "left") p.source = source_id(1);
  }
  const plan some = restricted_to(all, names{"left"});
  REQUIRE(some.sources.size() == 1);
  CHECK(some.sources[0].archive == "two");
  CHECK(some.packages[1].source == 0);
  CHECK(some.packages[0].source == source_id::none);
}

TEST_CASE("a name is its newest target") {
  plan p;
  for (const auto& [name, version] : {std::pair("a", "1"), {"a", "2"}, {"a-b", "1"}}) {
    plan_package package;
    package.name = name;
    package.version = version;
    p.targets.push_back({p.packages.next(), layer_id(0), step_id(0)});
    p.packages.push_back(std::move(package));
  }
  CHECK(find_target(p, "a") == 1);
  CHECK(find_target(p, "a.1") == 0);
  CHECK(find_target(p, "a-b") == 2);
}

TEST_CASE("what is no target is refused with what may have been meant") {
  const solved s = solve_files(diamond());
  plan p = make_plan(s.in, s.solutions, with(strategy::graft));
  p = restricted_to(p, names{"top", "alone"});
  CHECK(refusal(p, "alnoe") == "\"alnoe\" is no target of this plan; did you mean alone?");
  CHECK(refusal(p, "top.2") == "\"top.2\" is no target of this plan; of top it has top.1");
  CHECK(refusal(p, "left") ==
        "\"left\" is no target of this plan, which installs it as a dependency of others");
  CHECK(refusal(p, "") == "\"\" is no target of this plan");
  CHECK_THROWS_AS(static_cast<void>(restricted_to(p, names{"alnoe"})), unknown_package);
}

TEST_CASE("a target that the plan leaves out stays left out, with its reason") {
  const solved s = solve_files(diamond());
  plan p = make_plan(s.in, s.solutions, with(strategy::graft));
  p.left_out = {
      {"round.1", "its dependencies are cyclic"}, {"round.2", "so are these"}, {"z.1", "x"}};
  CHECK(refusal(p, "round") == "round.2 is left out of this plan: so are these");
  const plan some = restricted_to(p, names{"alone", "round.1"});
  CHECK(some.targets.size() == 1);
  CHECK(some.left_out == std::vector<plan_omission>{{"round.1", "its dependencies are cyclic"}});
}
