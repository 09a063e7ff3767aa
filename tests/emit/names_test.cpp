#include "opamplan/emit/names.hpp"

#include <doctest/doctest.h>

#include <regex>
#include <set>

#include "plan/small_plans.hpp"

using namespace opamplan;
using namespace opamplan::test;

namespace {

plan of_awkward_names() {
  const solved s = solve_files({{"conf-g++.1.0", ""},
                                {"foo__bar.v0.17.0", R"(depends: ["conf-g++"])"},
                                {"Upper.1~beta+1", ""},
                                {"upper.1~beta+1", ""},
                                {"a-b.1", ""},
                                {"a_b.1", R"(depends: ["a-b"])"},
                                {"a+b.1", ""}});
  return make_plan(s.in, s.solutions, with(strategy::graft));
}

}  // namespace

TEST_CASE("stage names are names of images, which BuildKit reads them as") {
  const std::vector<std::string> names = stage_names(of_awkward_names());
  REQUIRE(names.size() == 7);
  const std::regex legal("s(-[a-z0-9]+)+");
  for (const std::string& name : names) CHECK_MESSAGE(std::regex_match(name, legal), name);
  CHECK(std::set<std::string>(names.begin(), names.end()).size() == names.size());
}

TEST_CASE("bake names are legal, and numbered where two would be equal") {
  const std::vector<std::string> names = bake_names(of_awkward_names());
  REQUIRE(names.size() == 7);
  const std::regex legal("[a-zA-Z0-9_-]+");
  for (const std::string& name : names) CHECK_MESSAGE(std::regex_match(name, legal), name);
  const std::set<std::string> unique(names.begin(), names.end());
  CHECK(unique.size() == names.size());
  CHECK(unique.count("pkg-foo__bar-v0-17-0") == 1);
  CHECK(unique.count("pkg-a_b-1") == 1);
  CHECK(unique.count("pkg-a-b-1_1") == 1);  // a-b and a+b
  CHECK(unique.count("pkg-a-b-1_2") == 1);
}

TEST_CASE("image names are legal in tags, which know no capitals") {
  const std::vector<std::string> names = image_names(of_awkward_names());
  REQUIRE(names.size() == 7);
  const std::regex legal("pkg(-[a-z0-9]+)*");
  for (const std::string& name : names) CHECK_MESSAGE(std::regex_match(name, legal), name);
  const std::set<std::string> unique(names.begin(), names.end());
  CHECK(unique.size() == names.size());
  CHECK(unique.count("pkg-upper-1-beta-1-1") == 1);  // Upper and upper
  CHECK(unique.count("pkg-foo-bar-v0-17-0") == 1);
}

TEST_CASE("every step of chain has its own stage name, also where keys are equal") {
  const solved s = solve_random(7);
  const plan p = make_plan(s.in, s.solutions, with(strategy::chain));
  const std::vector<std::string> names = stage_names(p);
  CHECK(std::set<std::string>(names.begin(), names.end()).size() == p.steps.size());
}

TEST_CASE("stages of equal keys get more digits of it, then numbers, whatever stands between") {
  plan p = of_awkward_names();
  const auto a = p.steps[0];
  const auto b = p.steps[1];
  p.steps.clear();
  for (int i = 0; i < 12; ++i) {
    p.steps.push_back(a);
    if (i % 3 == 0) p.steps.push_back(b);
  }
  const std::vector<std::string> names = stage_names(p);
  std::vector<std::string> of_a;
  const std::string stem = names[0].substr(0, names[0].size() - 10);
  for (const std::string& name : names) {
    if (name.starts_with(stem)) of_a.push_back(name.substr(stem.size()));
  }
  REQUIRE(of_a.size() == 12);
  const std::string key = to_hex(a.key);
  for (std::size_t i = 0; i < 10; ++i) CHECK(of_a[i] == key.substr(0, 10 + 6 * i));
  CHECK(of_a[10] == key.substr(0, 10) + "-2");
  CHECK(of_a[11] == key.substr(0, 10) + "-3");
}

TEST_CASE("a number that would make another's name is passed over") {
  const solved s = solve_files({{"a+b.1", ""}, {"a-b.1", ""}, {"a.b-1_1", ""}});
  CHECK(bake_names(make_plan(s.in, s.solutions, {})) ==
        std::vector<std::string>{"pkg-a-b-1_1", "pkg-a-b-1_2", "pkg-a-b-1_3"});
}
