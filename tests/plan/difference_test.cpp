#include "opamplan/plan/difference.hpp"

#include <doctest/doctest.h>

#include <set>

#include "opamplan/plan/build_keys.hpp"
#include "plan/small_plans.hpp"

using namespace opamplan;
using namespace opamplan::test;

namespace {

plan plan_of(const std::vector<small_file>& files, strategy s = strategy::graft) {
  const solved solved_files = solve_files(files);
  return make_plan(solved_files.in, solved_files.solutions, with(s));
}

/// Changes one file of the diamond; "cause: targets" by cause.
std::string causes_of(std::size_t index, const std::string& fields) {
  auto files = diamond();
  const plan before = plan_of(files);
  files[index].fields = fields;
  const plan_difference d = compare(before, plan_of(files));
  std::string out;
  for (std::size_t c = 0; c < d.causes.size(); ++c) {
    out += std::string(to_string(d.causes[c].kind)) + " " + d.causes[c].text + " (" +
           std::to_string(d.cause_counts[c]) + ")\n";
  }
  return out;
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& n : names) out += (out.empty() ? "" : " < ") + n;
  return out;
}

}  // namespace

TEST_CASE("equal plans, whatever their strategy, have no difference in layers") {
  const plan graft = plan_of(diamond());
  const plan_difference d = compare(graft, plan_of(diamond(), strategy::chain));
  CHECK(d.kept_layers == 5);
  CHECK(d.added_layers.empty());
  CHECK(d.dropped_layers.empty());
  CHECK(d.unchanged_targets.size() == 5);
  CHECK(d.causes.empty());
  CHECK(compare(graft, graft).new_steps == 0);
  CHECK(compare(graft, graft).kept_steps == 5);
}

TEST_CASE("layers on other images than before are built again, though both plans have them") {
  // Alone it installs system packages for itself; among others it stands on a system step.
  const plan few = plan_of(users_of_one_library(1));
  const solved s = solve_files(users_of_one_library(8));
  plan_options options = with(strategy::graft);
  const plan_difference moved = compare(few, make_plan(s.in, s.solutions, options));
  CHECK(moved.kept_layers == 3);
  CHECK(moved.moved_layers >= 1);
  CHECK(moved.kept_steps < 3);
  options.like = {&few};
  const plan_difference kept = compare(few, make_plan(s.in, s.solutions, options));
  CHECK(kept.kept_layers == 3);
  CHECK(kept.moved_layers == 0);
  CHECK(kept.kept_steps == few.steps.size());
}

TEST_CASE("a step is another one for a builder if it does, stands on or takes something else") {
  const plan p = plan_of(diamond());
  const auto keys = build_keys(p);
  CHECK(std::set<digest>(keys.begin(), keys.end()).size() == p.steps.size());
  CHECK(build_keys(plan_of(diamond())) == keys);
  const auto changed = [&](const auto& change) {
    plan other = p;
    change(other);
    std::size_t count = 0;
    for (const step_id s : p.steps.indices()) count += build_keys(other)[s] == keys[s] ? 0 : 1;
    return count;
  };
  const auto last = [](plan& of) -> plan_step& { return of.steps.back(); };
  CHECK(changed([](plan& of) { of.base.image = "other:1"; }) == p.steps.size());
  CHECK(changed([&](plan& of) { last(of).depexts.emplace_back("m4"); }) == 1);
  CHECK(changed([&](plan& of) { last(of).installs.clear(); }) == 1);
  CHECK(changed([&](plan& of) { last(of).parent = step_id::none; }) == 1);
  CHECK(changed([&](plan& of) { last(of).grafts.push_back(step_id(0)); }) == 1);
  CHECK(changed([&](plan& of) { of.steps[last(of).parent].depexts.emplace_back("m4"); }) > 1);
  CHECK(changed([](plan& of) { of.strategy = strategy::merge; }) == p.steps.size());
  CHECK(changed([](plan& of) { of.strategy = strategy::prefix; }) == 0);
}

TEST_CASE("a changed field is the cause for all who depend on it") {
  CHECK(causes_of(1, R"(depends: ["base"] build: [make])") == "fields left.1: build changed (2)\n");
  CHECK(causes_of(1, R"(depends: ["base"] depexts: ["m4"] {os-family = "debian"})").find("(2)") !=
        std::string::npos);
  CHECK(causes_of(1, "").find("(2)") != std::string::npos);
  CHECK(causes_of(0, "synopsis: \"base\"").empty());
}

TEST_CASE("the chain goes from the target down to the change") {
  auto files = diamond();
  const plan before = plan_of(files);
  files[0].fields = "build: [make]";
  const plan_difference d = compare(before, plan_of(files));
  REQUIRE(d.rebuilt_targets.size() == 4);
  CHECK(d.unchanged_targets == std::vector<std::string>{"alone.1"});
  CHECK(d.added_layers.size() == 4);
  CHECK(d.dropped_layers.size() == 4);
  for (const rebuilt_target& t : d.rebuilt_targets) {
    CHECK(t.chain.front() == t.after);
    CHECK(t.chain.back() == "base.1");
    CHECK(d.causes[t.cause].package == "base.1");
    if (t.after == "top.1") CHECK(joined(t.chain) == "top.1 < left.1 < base.1");
  }
}

TEST_CASE("a new version is the cause, also of the target itself") {
  auto files = diamond();
  const plan before = plan_of(files);
  files.push_back({"base.2", ""});
  const plan_difference d = compare(before, plan_of(files));
  REQUIRE(d.causes.size() == 1);
  CHECK(d.causes[0].kind == change_kind::version);
  CHECK(d.causes[0].text == "base.1 -> base.2");
  CHECK(d.cause_counts[0] == 4);
  for (const rebuilt_target& t : d.rebuilt_targets) {
    if (t.after == "base.2") CHECK(t.before == "base.1");
  }
}

TEST_CASE("targets that came and went") {
  auto files = diamond();
  const plan before = plan_of(files);
  files.pop_back();
  files.push_back({"new.1", ""});
  const plan_difference d = compare(before, plan_of(files));
  CHECK(d.added_targets == std::vector<std::string>{"new.1"});
  CHECK(d.dropped_targets == std::vector<std::string>{"alone.1"});
  CHECK(d.rebuilt_targets.empty());
}

TEST_CASE("another base rebuilds everything for one cause") {
  const solved s = solve_files(diamond());
  plan_options other = with(strategy::graft);
  other.image = "debian:13";
  const plan_difference d =
      compare(make_plan(s.in, s.solutions, {}), make_plan(s.in, s.solutions, other));
  REQUIRE(d.causes.size() == 1);
  CHECK(d.causes[0].kind == change_kind::base);
  CHECK(d.cause_counts[0] == 5);
  CHECK(d.kept_layers == 0);
}

TEST_CASE("a dependency that came or went is named") {
  CHECK(causes_of(4, R"(depopts: ["base"])").find("alone.1") != std::string::npos);
}

TEST_CASE("plans of one chain of any length are compared") {
  const auto chain = [](const char* fields) {
    plan p;
    for (std::size_t i = 0; i < 20'000; ++i) {
      plan_package package;
      package.name = "p" + std::to_string(i);
      package.version = "1";
      package.effective = sha256_of(i == 0 ? fields : "");
      plan_layer layer;
      layer.key = sha256_of(fields + package.name);
      layer.packages = {plan_package_id(i)};
      if (i > 0) layer.needs = {layer_id(i - 1)};
      p.packages.push_back(std::move(package));
      p.layers.push_back(std::move(layer));
    }
    p.targets.push_back({plan_package_id(19'999), layer_id(19'999), step_id(0)});
    return p;
  };
  const plan_difference d = compare(chain("a"), chain("b"));
  REQUIRE(d.rebuilt_targets.size() == 1);
  CHECK(d.rebuilt_targets[0].chain.size() == 20'000);
  CHECK(d.rebuilt_targets[0].chain.back() == "p0.1");
}
