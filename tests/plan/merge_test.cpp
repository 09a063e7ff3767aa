#include "opamplan/plan/merge.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

#include "opamplan/plan/contents.hpp"
#include "opamplan/plan/forecast.hpp"
#include "opamplan/plan/summary.hpp"
#include "plan/small_plans.hpp"

using namespace opamplan;
using namespace opamplan::test;

namespace {

/// A compiler, libraries on it, and system packages of which some sets hold others.
std::vector<small_file> with_compiler() {
  return {{"compiler.1", "flags: compiler"},
          {"ocaml.1", R"(depends: ["compiler"])"},
          {"conf-a.1", R"(depexts: ["liba"] {os-family = "debian"})"},
          {"conf-b.1", R"(depexts: ["libb"] {os-family = "debian"})"},
          {"plain.1", R"(depends: ["ocaml"])"},
          {"one.1", R"(depends: ["ocaml" "conf-a"])"},
          {"both.1", R"(depends: ["one" "plain" "conf-b"])"},
          {"both-too.1", R"(depends: ["one" "conf-b"])"}};
}

plan merged(const std::vector<small_file>& files, limits l = limit_profile("none")) {
  const solved s = solve_files(files);
  return make_plan(s.in, s.solutions, with(strategy::merge, std::move(l)));
}

std::map<std::string, step_id> steps_by_name(const plan& p) {
  std::map<std::string, step_id> found;
  for (const step_id s : p.steps.indices()) {
    if (!p.steps[s].installs.empty()) found[first_package(p, s).name] = s;
  }
  return found;
}

/// What is installed below a step on which it stands, from the base image up.
std::string below(const plan& p, step_id step) {
  std::string out;
  for (step_id s = p.steps[step].parent; s != step_id::none; s = p.steps[s].parent) {
    std::string word;
    if (p.steps[s].installs.empty()) {
      for (const std::string& d : p.steps[s].depexts) word += "+" + d;
    } else {
      word = first_package(p, s).name;
    }
    out = word + (out.empty() ? "" : " ") + out;
  }
  return out;
}

}  // namespace

TEST_CASE("all that needs a compiler stands on its image, with its system packages between") {
  const plan p = merged(with_compiler());
  CHECK(problems_of(p) == std::vector<std::string>());
  const auto step = steps_by_name(p);
  CHECK(below(p, step.at("compiler")).empty());
  CHECK(below(p, step.at("conf-a")) == "+liba");
  CHECK(below(p, step.at("plain")) == "compiler");
  CHECK(below(p, step.at("one")) == "compiler +liba");
  CHECK(below(p, step.at("both")) == "compiler +liba +libb");
  CHECK(p.steps[step.at("both")].parent == p.steps[step.at("both-too")].parent);
}

TEST_CASE("what is merged is the closure without what is below, and what is below is ordinary") {
  const plan p = merged(with_compiler());
  const auto step = steps_by_name(p);
  std::set<std::string> grafts;
  for (const step_id g : p.steps[step.at("both")].grafts) {
    grafts.insert(first_package(p, g).name);
  }
  CHECK(grafts == std::set<std::string>{"ocaml", "conf-a", "conf-b", "plain", "one"});
  const std::vector<bool> ordinary = ordinary_steps(p);
  for (const step_id s : p.steps.indices()) {
    const bool expected = p.steps[s].installs.empty() || first_package(p, s).name == "compiler";
    CHECK(ordinary[s] == expected);
    if (!ordinary[s]) CHECK(p.steps[s].depexts.empty());
  }
}

TEST_CASE("each set of system packages is installed once on an image") {
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    small_shape shape;
    shape.names = 24;
    shape.most_depends = 4;
    std::vector<small_file> files = small_generator(seed, shape).files();
    for (std::size_t i = 0; i < files.size(); i += 2) {
      const std::string library = std::to_string(i % 5);
      files[i].fields += "\ndepexts: [\"lib" + library + "\"] {os-family = \"debian\"}";
      if (i % 6 == 0) files[i].fields += "\nflags: compiler";
    }
    solved s = solve_files(files);
    std::erase_if(s.solutions, [](const solution& each) { return !build_cycle(each).empty(); });
    const plan p = make_plan(s.in, s.solutions, with(strategy::merge));
    CAPTURE(seed);
    CHECK(problems_of(p) == std::vector<std::string>());
    std::set<std::pair<std::string, std::string>> seen;  // what is below, and the system packages
    for (const step_id step : p.steps.indices()) {
      if (!p.steps[step].installs.empty()) continue;
      std::set<std::string> all(p.steps[step].depexts.begin(), p.steps[step].depexts.end());
      step_id at = p.steps[step].parent;
      for (; at != step_id::none && p.steps[at].installs.empty(); at = p.steps[at].parent) {
        all.insert(p.steps[at].depexts.begin(), p.steps[at].depexts.end());
      }
      std::string words = std::to_string(at);
      for (const std::string& d : all) words += ' ' + d;
      CHECK(seen.emplace(std::to_string(at), words).second);
    }
  }
}

TEST_CASE("a plan of merges that is made like another one builds what both have as that one does") {
  std::vector<small_file> files = {{"compiler.1", "flags: compiler"},
                                   {"conf-a.1", R"(depexts: ["liba"] {os-family = "debian"})"},
                                   {"conf-b.1", R"(depexts: ["libb"] {os-family = "debian"})"},
                                   {"with-b.1", R"(depends: ["compiler" "conf-b"])"},
                                   {"with-both.1", R"(depends: ["compiler" "conf-a" "conf-b"])"}};
  const plan first = merged(files);
  files.push_back({"with-a.1", R"(depends: ["compiler" "conf-a"])"});
  const plan alone = merged(files);
  const solved s = solve_files(files);
  plan_options options = with(strategy::merge);
  options.like = {&first};
  const plan like = make_plan(s.in, s.solutions, options);
  CHECK(problems_of(like).empty());
  const auto below_both = [](const plan& p) { return below(p, steps_by_name(p).at("with-both")); };
  CHECK(below_both(first) == "compiler +libb +liba");
  CHECK(below_both(alone) == "compiler +liba +libb");
  CHECK(below_both(like) == "compiler +libb +liba");
  CHECK(below(like, steps_by_name(like).at("with-a")) == "compiler +liba");
}

TEST_CASE("where the limit on depth allows no compiler below, all stands on the base image") {
  const plan p = merged(with_compiler(), depth_limit(3));
  CHECK(problems_of(p) == std::vector<std::string>());
  CHECK(summarize(p).max_depth == 2);
  CHECK(below(p, steps_by_name(p).at("both")) == "+liba+libb");
}

TEST_CASE("a merge leaves room for what is installed and for finishing the image") {
  plan p = merged(with_compiler());
  const plan_step& deepest = p.steps[steps_by_name(p).at("both")];
  CHECK(merge_room(p, deepest) > 1000);  // no limit
  p.limits.depth = 10;
  CHECK(merge_room(p, deepest) == 10 - 3 - 2);  // three steps below
  p.limits.depth = 4;
  CHECK(merge_room(p, deepest) == 0);
}

TEST_CASE("a forecast counts no bytes for what is merged") {
  const solved s = solve_files(with_compiler());
  const auto bytes = [&](strategy how) {
    plan_options options = with(how);
    options.size_of = [](package_id) { return std::uint64_t{1000}; };
    return forecast(make_plan(s.in, s.solutions, options)).bytes;
  };
  CHECK(bytes(strategy::merge) == 8 * 1000);
  CHECK(bytes(strategy::graft) > bytes(strategy::merge));
}

TEST_CASE("the doctor objects to system packages in a step that is merged") {
  plan p = merged(with_compiler());
  const auto step = steps_by_name(p);
  p.steps[step.at("plain")].depexts = {"libz"};
  const std::vector<std::string> problems = problems_of(p);
  CHECK(std::any_of(problems.begin(), problems.end(), [](const std::string& text) {
    return text.find("it is merged, and installs the system package libz") != std::string::npos;
  }));
}
