#include "opamplan/closure/closure.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "plan/small_plans.hpp"

using namespace opamplan;
using namespace opamplan::test;

namespace {

/// Edges row by row: {{1, 2}, {2}, {}}.
adjacency graph_of(const std::vector<std::vector<std::uint32_t>>& rows) {
  adjacency a;
  for (const auto& row : rows) a.add_row(row);
  return a;
}

adjacency random_dag(small_generator& random, std::uint32_t n) {
  std::vector<std::vector<std::uint32_t>> rows(n);
  for (std::uint32_t v = 0; v < n; ++v) {
    for (std::uint32_t t = v + 1; t < n; ++t) {
      if (random.chance(0.3)) rows[v].push_back(t);
    }
  }
  return graph_of(rows);
}

bool reaches(const adjacency& g, std::uint32_t from, std::uint32_t to) {
  return std::any_of(g[from].begin(), g[from].end(),
                     [&](std::uint32_t d) { return d == to || reaches(g, d, to); });
}

bool is_install_order(const adjacency& g, const std::vector<std::uint32_t>& order) {
  std::vector<std::size_t> place(g.size(), SIZE_MAX);
  for (std::size_t i = 0; i < order.size(); ++i) place[order[i]] = i;
  if (order.size() != g.size()) return false;
  for (std::uint32_t v = 0; v < g.size(); ++v) {
    for (const std::uint32_t d : g[v]) {
      if (place[d] >= place[v]) return false;
    }
  }
  return true;
}

}  // namespace

TEST_CASE("the closure leaves out what is needed through post only") {
  const auto s = solve_files({{"a.1", R"(depends: ["b" "c" {post}])"},
                              {"b.1", ""},
                              {"c.1", R"(depends: ["d"])"},
                              {"d.1", ""}});
  const auto of_a = std::find_if(s.solutions.begin(), s.solutions.end(), [&](const solution& x) {
    return s.in.repository().full_name(x.target) == "a.1";
  });
  REQUIRE(of_a != s.solutions.end());
  CHECK(test::text_of(s.in, of_a->packages) == "a.1 b.1 c.1 d.1");
  const closure c = closure_of(*of_a);
  CHECK(test::text_of(s.in, c.packages) == "a.1 b.1");
  CHECK(c.packages[c.target] == of_a->target);
  CHECK(closure_packages(*of_a) == c.packages);
  CHECK(closure_packages(*of_a, closure_edges::build_and_post) == of_a->packages);
}

TEST_CASE("every order installs dependencies first") {
  for (std::uint32_t seed = 1; seed <= 50; ++seed) {
    small_generator random(seed, {});
    closure c;
    c.dependencies = random_dag(random, 12);
    std::vector<std::string> names;
    std::vector<std::uint64_t> priority;
    for (std::uint32_t i = 0; i < 12; ++i) {
      c.packages.push_back(package_id{i});
      names.push_back(std::string(1, static_cast<char>('a' + i)));
      priority.push_back(random.below(4));
    }
    CHECK(is_install_order(c.dependencies, topological_order(c.dependencies)));
    for (const auto kind : {install_order::levels, install_order::depth_first}) {
      CHECK(is_install_order(c.dependencies, order_of(c, kind, names)));
    }
    CHECK(is_install_order(c.dependencies, order_by_priority(c, priority, names)));
  }
}

TEST_CASE("levels go by name, depth first installs a leaf only when it is needed") {
  // 0 a -> b; 1 b; 2 c; 3 d -> a c
  closure c;
  c.packages.resize(4);
  c.target = 3;
  c.dependencies = graph_of({{1}, {}, {}, {0, 2}});
  const std::vector<std::string> names{"a", "b", "c", "d"};
  CHECK(order_of(c, install_order::levels, names) == std::vector<std::uint32_t>{1, 2, 0, 3});
  CHECK(order_of(c, install_order::depth_first, names) == std::vector<std::uint32_t>{1, 0, 2, 3});
  CHECK(order_by_priority(c, std::vector<std::uint64_t>{0, 0, 9, 0}, names) ==
        std::vector<std::uint32_t>{2, 1, 0, 3});
}

TEST_CASE("the reduction keeps reachability and no edge that follows from others") {
  for (std::uint32_t seed = 1; seed <= 50; ++seed) {
    small_generator random(seed, {});
    const adjacency g = random_dag(random, 9);
    const adjacency r = transitive_reduction(g);
    for (std::uint32_t v = 0; v < g.size(); ++v) {
      for (std::uint32_t t = 0; t < g.size(); ++t) CHECK(reaches(g, v, t) == reaches(r, v, t));
      for (const std::uint32_t t : r[v]) {
        for (const std::uint32_t other : r[v]) CHECK_FALSE(reaches(r, other, t));
      }
    }
  }
}

TEST_CASE("a graph is condensed to its cycles, dependencies first") {
  const condensation c = condense(graph_of({{1}, {2}, {0, 3, 5}, {}, {3}, {3}}));
  REQUIRE(c.size() == 4);
  const auto row = [](const adjacency& a, std::uint32_t i) {
    return std::vector<std::uint32_t>(a[i].begin(), a[i].end());
  };
  const std::uint32_t cycle = c.component_of[0];
  CHECK(row(c.members, cycle) == std::vector<std::uint32_t>{0, 1, 2});
  const std::uint32_t three = c.component_of[3];
  CHECK(row(c.members, three) == std::vector<std::uint32_t>{3});
  CHECK(row(c.dependencies, three).empty());
  CHECK(row(c.dependencies, c.component_of[4]) == std::vector<std::uint32_t>{three});
  CHECK(row(c.dependencies, cycle) == std::vector<std::uint32_t>{three, c.component_of[5]});
  for (std::uint32_t i = 0; i < c.size(); ++i) {
    for (const std::uint32_t d : c.dependencies[i]) CHECK(d < i);
  }
}

TEST_CASE("nothing is condensed to nothing") { CHECK(condense(graph_of({})).size() == 0); }

TEST_CASE("the critical path is the longest by durations") {
  const adjacency g = graph_of({{1, 2}, {3}, {3}, {}});
  const std::vector<double> durations{1, 5, 2, 1};
  const auto r = critical_path(g, durations);
  CHECK(r.seconds == 7);
  CHECK(r.path == std::vector<std::uint32_t>{3, 1, 0});
  CHECK(critical_path(graph_of({}), {}).path.empty());
}

TEST_CASE("a cycle through post hangs nothing") {
  const auto s = solve_files({{"a.1", R"(depends: ["b"])"}, {"b.1", R"(depends: ["a" {post}])"}});
  REQUIRE(s.solutions.size() == 2);
  for (const solution& each : s.solutions) {
    CHECK(each.packages.size() == 2);
    CHECK(!each.post_dependencies.values.empty());
    const closure c = closure_of(each);
    CHECK(is_install_order(c.dependencies, topological_order(c.dependencies)));
  }
}

TEST_CASE("deps, order and dot are written as package-tool writes them") {
  const auto s = solve_files(diamond());
  const solution& top = s.solutions.back();
  const closure c = closure_of(top);
  std::vector<std::string> names;
  for (const package_id p : c.packages) names.push_back(s.in.repository().full_name(p));
  CHECK(deps_json(c, names) ==
        "{\n  \"right.1\": [ \"base.1\" ],\n  \"left.1\": [ \"base.1\" ],\n  \"base.1\": [],\n"
        "  \"top.1\": [ \"right.1\", \"left.1\" ]\n}\n");
  CHECK(order_json(order_of(c, install_order::levels, names), names) ==
        "[ \"base.1\", \"left.1\", \"right.1\", \"top.1\" ]\n");
  CHECK(dot(c, names).find("\"top.1\" -> \"left.1\";") != std::string::npos);
}
