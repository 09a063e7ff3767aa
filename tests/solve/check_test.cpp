#include "opamplan/solve/check.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "solve/small.hpp"

using namespace opamplan;
using namespace opamplan::test;

namespace {

const std::vector<small_file> files = {
    {"a.1", R"(depends: ["b" {>= "2"} ("c" | "d")])"},
    {"b.1"},
    {"b.2", R"(conflicts: ["d"])"},
    {"c.1", "conflict-class: \"k\""},
    {"d.1", "conflict-class: \"k\""},
    {"e.1", "available: false"},
};

std::vector<std::string> judged(const std::vector<const char*>& selected,
                                const solve_options& options = {}) {
  const universe u = small_universe(files);
  solution s;
  s.target = id_of(u, "a.1");
  for (const char* name : selected) s.packages.push_back(id_of(u, name));
  std::sort(s.packages.begin(), s.packages.end());
  return broken_rules(u, s, options);
}

using broken = std::vector<std::string>;

}  // namespace

TEST_CASE("a sound solution breaks no rule") { CHECK(judged({"a.1", "b.2", "c.1"}).empty()); }

TEST_CASE("each broken rule is a sentence") {
  CHECK(judged({"a.1", "b.1", "c.1"}) == broken{"a.1 lacks a dependency"});
  CHECK(judged({"a.1", "b.2"}) == broken{"a.1 lacks a dependency"});
  CHECK(judged({"a.1", "b.2", "d.1"}) == broken{"b.2 conflicts with the selection"});
  CHECK(judged({"a.1", "b.2", "c.1", "e.1"}) == broken{"e.1 is not available"});
  CHECK(judged({"b.2"}) == broken{"the target is not selected"});
  CHECK(judged({"a.1", "b.1", "b.2", "c.1"}).front() == "b is selected in two versions");
  const broken both = judged({"a.1", "b.2", "c.1", "d.1"});
  CHECK(std::find(both.begin(), both.end(), "c and d are both of conflict class k") != both.end());
}

TEST_CASE("what was asked for is judged too") {
  solve_options options;
  options.roots = {small_atom("d", relop::eq, "1")};
  options.constraints = {small_atom("b", relop::lt, "2")};
  CHECK(judged({"a.1", "b.2", "c.1"}, options) ==
        broken{"the root d is not selected as asked", "b is not of a version that was asked for"});
}
