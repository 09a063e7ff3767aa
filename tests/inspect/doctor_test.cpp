#include "opamplan/inspect/doctor.hpp"

#include <doctest/doctest.h>

#include <functional>

#include "opamplan/plan/contents.hpp"
#include "plan/small_plans.hpp"

using namespace opamplan;
using namespace opamplan::test;

namespace {

plan diamond_plan(strategy s = strategy::graft) {
  const solved files = solve_files(diamond());
  return make_plan(files.in, files.solutions, with(s));
}

step_id step_of(const plan& p, const std::string& name) {
  for (const step_id s : p.steps.indices()) {
    if (p.packages[p.layers[p.steps[s].installs.back()].packages[0]].name == name) return s;
  }
  return step_id::none;
}

std::string findings_after(const std::function<void(plan&)>& damage, strategy s = strategy::graft) {
  plan p = diamond_plan(s);
  REQUIRE(diagnose(p, p.limits).empty());
  damage(p);
  std::string text;
  for (const plan_finding& f : diagnose(p, p.limits)) {
    CHECK(f.limit == "contents");
    CHECK(!f.remedy.empty());
    text += f.text + "\n";
  }
  return text;
}

bool mentions(const std::string& text, const std::string& part) {
  if (text.find(part) != std::string::npos) return true;
  MESSAGE(text);
  return false;
}

}  // namespace

TEST_CASE("every way to break a plan is found") {
  const auto top = [](plan& p) -> plan_step& { return p.steps[step_of(p, "top")]; };
  CHECK(mentions(findings_after([&](plan& p) { top(p).grafts.clear(); }), "top.1"));
  CHECK(mentions(findings_after([&](plan& p) { top(p).parent = step_id(1000); }),
                 "not an earlier step"));
  CHECK(mentions(findings_after([&](plan& p) { top(p).parent = step_id::none; }), "step"));
  CHECK(mentions(findings_after([&](plan& p) { ++top(p).depth; }), "depth"));
  CHECK(mentions(findings_after([&](plan& p) { top(p).installs.clear(); }), "installs nothing"));
  CHECK(mentions(findings_after([&](plan& p) { top(p).installs[0] = layer_id(99); }),
                 "does not list"));
  CHECK(mentions(findings_after([&](plan& p) { top(p).grafts.push_back(step_of(p, "alone")); }),
                 "not on the 3 of its closure"));
  CHECK(mentions(findings_after([&](plan& p) { p.layers.back().packages.clear(); }),
                 "has no package"));
  CHECK(mentions(findings_after([&](plan& p) { p.layers[0].packages[0] = plan_package_id(99); }),
                 "does not list"));
  CHECK(
      mentions(findings_after([&](plan& p) { p.layers[0].needs = {layer_id(3)}; }), "come before"));
  CHECK(mentions(findings_after([&](plan& p) { p.layers[1].key = p.layers[0].key; }),
                 "key of another layer"));
  CHECK(mentions(findings_after([&](plan& p) { p.steps[step_of(p, "right")].depexts.clear(); }),
                 "libright-dev"));
  CHECK(mentions(
      findings_after([&](plan& p) { p.steps[step_of(p, "left")].depexts = {"libextra-dev"}; }),
      "has the system package libextra-dev, which is of none in it"));
  CHECK(
      mentions(findings_after([&](plan& p) { p.targets[0].step = step_of(p, "top"); }), "target"));
  CHECK(mentions(findings_after([&](plan& p) { p.targets[0].step = step_id(1000); }), "target"));
  CHECK(mentions(
      findings_after([&](plan& p) { p.targets[0].layer = layer_id(p.targets[0].layer ^ 1U); }),
      "target"));
  CHECK(mentions(findings_after([&](plan& p) { p.batches[0].targets.pop_back(); }),
                 "it is in no batch"));
  CHECK(mentions(findings_after([&](plan& p) { p.batches.push_back(p.batches[0]); }),
                 "is in batch 0 too"));
  CHECK(mentions(
      findings_after([&](plan& p) { p.batches[0].steps.erase(p.batches[0].steps.begin()); }),
      "is missing"));
  CHECK(mentions(findings_after([&](plan& p) { p.batches[0].steps.emplace_back(77); }),
                 "does not list"));
}

TEST_CASE("what opam would miss is found, whatever the plan says of needs") {
  const solved s = solve_files({{"a.1", R"(depends: ["p" {post} "b" {= "1"}])"},
                                {"b.1", ""},
                                {"p.1", R"(depends: ["q" | "b"])"}});
  const plan good = make_plan(s.in, s.solutions, with(strategy::graft));
  REQUIRE(diagnose(good, good.limits).empty());
  // A plan that forgets what is needed through post, consistently: as if it were no dependency.
  plan p = good;
  const step_id a = step_of(p, "a");
  const step_id b = step_of(p, "b");
  p.layers[p.steps[a].installs[0]].needs = p.steps[b].installs;
  p.steps[a].parent = b;
  p.steps[a].grafts.clear();
  p.steps[a].depth = 2;
  p.batches[0].steps = {step_id(0), step_id(1), step_id(2)};
  const auto findings = diagnose(p, p.limits);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].text.find("opam would not install a.1: it depends on p") != std::string::npos);
  // A version that does not fit.
  p = good;
  for (plan_package& package : p.packages) {
    if (package.name == "b") package.version = "2";
  }
  CHECK(mentions(diagnose(p, p.limits).at(0).text, "it depends on b = 1"));
}

TEST_CASE("an install without what it needs is found in every strategy") {
  for (const strategy s : all_strategies) {
    CHECK(mentions(findings_after(
                       [](plan& p) {
                         plan_step& left = p.steps[step_of(p, "left")];
                         left.parent = step_id::none;
                         left.grafts.clear();
                         left.depth = 1;
                       },
                       s),
                   "base"));
  }
}

TEST_CASE("random damage to references never passes and never crashes") {
  int found = 0;
  for (std::uint32_t seed = 1; seed <= 400; ++seed) {
    const solved s = solve_random(1 + seed % 10);
    if (s.solutions.size() < 3) continue;
    plan p = make_plan(s.in, s.solutions, with(strategy::graft));
    const plan sound = p;
    small_generator random(seed, {});
    plan_step& step = p.steps[random.below(static_cast<std::uint32_t>(p.steps.size()))];
    switch (random.below(4)) {
      case 0:
        step.parent = step_id(random.below(40));
        break;
      case 1:
        if (!step.grafts.empty()) step.grafts[0] = step_id(random.below(40));
        break;
      case 2:
        step.installs[0] = layer_id(random.below(40));
        break;
      default:
        p.targets[random.below(static_cast<std::uint32_t>(p.targets.size()))].step =
            step_id(random.below(40));
    }
    if (p == sound) continue;
    ++found;
    CAPTURE(seed);
    CHECK(!diagnose(p, p.limits).empty());
  }
  CHECK(found > 200);
}

TEST_CASE("each limit is measured, with the number and the remedy") {
  const plan p = diamond_plan(strategy::chain);
  limits l = limit_profile("none");
  const auto only = [&](const char* name) {
    const auto findings = diagnose(p, l);
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].limit == name);
    CHECK(findings[0].value > findings[0].allowed);
    CHECK(!findings[0].where.empty());
    CHECK(!findings[0].remedy.empty());
    CHECK(findings[0].text.find(std::to_string(findings[0].value)) != std::string::npos);
  };
  SUBCASE("depth") {
    l.depth = 3;
    only("depth");
  }
  SUBCASE("batch_targets") {
    l.batch_targets = 4;
    only("batch_targets");
  }
  SUBCASE("batch_steps") {
    l.batch_steps = 2;
    only("batch_steps");
  }
  SUBCASE("file_bytes") {
    l.file_bytes = 100;
    only("file_bytes");
  }
  SUBCASE("definition_bytes") {
    l.definition_bytes = 100;
    only("definition_bytes");
  }
  SUBCASE("cache_record_bytes") {
    l.cache_record_bytes = 100;
    only("cache_record_bytes");
  }
  SUBCASE("line_bytes") {
    l.line_bytes = 4;
    only("line_bytes");
  }
}

TEST_CASE("a batch of nothing is found") {
  CHECK(mentions(findings_after([](plan& p) { p.batches.emplace_back(); }),
                 "batch 1: it has no target\nbatch 1: it has no step"));
}
