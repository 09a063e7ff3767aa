#include "opamplan/solve/extract.hpp"

#include <doctest/doctest.h>

#include "solve/small.hpp"

using namespace opamplan;
using namespace opamplan::test;

namespace {

/// "a.1: b.1 c.1; b.1: ; ..." of one graph of the solution of `target`.
std::string edges(const universe& u, const char* target, adjacency solution::*graph) {
  const solve_result r = solver(u, {}).solve(id_of(u, target));
  REQUIRE(r.solution);
  const solution& s = *r.solution;
  std::string out;
  for (std::size_t i = 0; i < s.packages.size(); ++i) {
    std::vector<package_id> row;
    for (const std::uint32_t d : (s.*graph)[i]) row.push_back(s.packages[d]);
    if (row.empty()) continue;
    out += (out.empty() ? "" : "; ") + u.repository().full_name(s.packages[i]) + ": " +
           text_of(u, row);
  }
  return out;
}

}  // namespace

TEST_CASE("edges go to what was selected, alternatives expanded, nested ones too") {
  const universe u =
      small_universe({{"a.1", R"(depends: ["b" ("x" {= "9"} | ("c" & ("x" {= "9"} | "d")))])"},
                      {"b.1", R"(depends: ["d"])"},
                      {"c.1"},
                      {"d.1"},
                      {"x.1"}});
  CHECK(edges(u, "a.1", &solution::dependencies) == "a.1: b.1 c.1 d.1; b.1: d.1");
}

TEST_CASE("optional dependencies are edges if they are selected anyway") {
  const universe u = small_universe(
      {{"a.1", R"(depends: ["b" "c"])"}, {"b.1", R"(depopts: ["c" "d" "b"])"}, {"c.1"}, {"d.1"}});
  CHECK(edges(u, "a.1", &solution::dependencies) == "a.1: b.1 c.1; b.1: c.1");
}

TEST_CASE("what is needed only through post is apart, and may close a cycle") {
  const universe u = small_universe(
      {{"a.1", R"(depends: ["b"])"}, {"b.1", R"(depends: ["a" {post} "c" {post} "c"])"}, {"c.1"}});
  CHECK(edges(u, "a.1", &solution::dependencies) == "a.1: b.1; b.1: c.1");
  CHECK(edges(u, "a.1", &solution::post_dependencies) == "b.1: a.1");
}

TEST_CASE("packages ascend and the target is one of them") {
  const universe u = small_universe({{"m.1", R"(depends: ["z" "a"])"}, {"a.1"}, {"z.1"}});
  const solve_result r = solver(u, {}).solve(id_of(u, "m.1"));
  CHECK(answer_text(u, r) == "a.1 m.1 z.1");
  CHECK(r.solution->target == id_of(u, "m.1"));
}

TEST_CASE("tests of the target are edges of the target alone") {
  universe_options options;
  options.root_dependencies.with_test = true;
  const universe u = small_universe({{"a.1", R"(depends: ["b" "t" {with-test}])"},
                                     {"b.1", R"(depends: ["u" {with-test}])"},
                                     {"t.1"},
                                     {"u.1"}},
                                    options);
  CHECK(edges(u, "a.1", &solution::dependencies) == "a.1: b.1 t.1");
  CHECK(edges(u, "b.1", &solution::dependencies) == "b.1: u.1");
}
