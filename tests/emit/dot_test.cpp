#include "opamplan/emit/dot.hpp"

#include <doctest/doctest.h>

#include "emit/emitted.hpp"

using namespace opamplan;
using namespace opamplan::test;

TEST_CASE("a plan's graph has a node a step, and an edge to each from what it is made of") {
  const plan p = of_diamond();
  const std::string text = dot(p);
  std::size_t edges = 0;
  for (const step_id s : p.steps.indices()) {
    const std::string node = "s" + std::to_string(s);
    CHECK(has(text, "\n  " + node + " [label="));
    for (const step_id graft : p.steps[s].grafts) {
      CHECK(has(text, "  s" + std::to_string(graft) + " -> " + node + " [style=dashed];\n"));
      ++edges;
    }
    if (p.steps[s].parent == step_id::none) continue;
    CHECK(has(text, "  s" + std::to_string(p.steps[s].parent) + " -> " + node + ";\n"));
    ++edges;
  }
  CHECK(count(text, " -> ") == edges);
  CHECK(count(text, ", style=bold]") == p.targets.size());
  CHECK(has(text, R"([label="top.1", style=bold])"));
}

TEST_CASE("a system step is labelled with its packages") {
  plan p = of_diamond();
  p.targets.clear();
  p.steps[0].installs.clear();
  p.steps[0].depexts = {"libright-dev", "m4"};
  CHECK(has(dot(p), R"(s0 [label="system packages\nlibright-dev\nm4"];)"));
}

TEST_CASE("no name ends the label that it stands in") {
  plan p = of_diamond();
  for (plan_package& package : p.packages) package.name = "a\"];\n evil [";
  CHECK(has(dot(p), R"([label="a\"];\n evil [.1")"));
}
