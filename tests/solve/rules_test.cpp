#include "opamplan/solve/rules.hpp"

#include <doctest/doctest.h>

#include "solve/small.hpp"

using namespace opamplan;
using namespace opamplan::test;

namespace {

universe example() {
  return small_universe({{"a.1",
                          R"(depends: [
  "b" {>= "1" & < "3"}
  "t" {with-test}
  ("c" | "b" {= "2"})
  "d"
]
conflicts: ["none" "d" {< "2"} ("b" & "c")]
conflict-class: ["k" "l"]
available: os = "linux")"},
                         {"b.2"},
                         {"c.1"},
                         {"d.2"}});
}

fact rule(fact::kind what, std::uint32_t position) {
  const universe u = example();
  return describe_rule(u, id_of(u, "a.1"), {}, what, position);
}

}  // namespace

TEST_CASE("a dependency is told as it is written, with its place") {
  const fact f = rule(fact::kind::needs, 0);
  CHECK(f.text == "b (>= 1 & < 3)");
  CHECK(f.field == "depends");
  CHECK(f.other == "b");
  CHECK(f.path == "a.1/opam");
  CHECK(f.line == 3);
  CHECK(f.column == 3);
}

TEST_CASE("positions count what is left after evaluation") {
  CHECK(rule(fact::kind::needs, 1).text == "(c | b = 2)");
  CHECK(rule(fact::kind::needs, 1).other.empty());
  CHECK(rule(fact::kind::needs, 1).names == std::vector<std::string>{"c", "b"});
  CHECK(rule(fact::kind::needs, 2).text == "d");
  CHECK(rule(fact::kind::needs, 2).line == 6);
}

TEST_CASE("a conflict with several packages together is told from its own field") {
  const fact f = rule(fact::kind::needs, 3);
  CHECK(f.field == "conflicts");
  CHECK(f.text == "(b & c)");
  CHECK(f.line == 8);
}

TEST_CASE("conflicts with names that do not exist are left out") {
  CHECK(rule(fact::kind::conflicts, 0).text == "d < 2");
  CHECK(rule(fact::kind::conflicts, 0).column == 20);
}

TEST_CASE("a name that is written twice is told from its own place") {
  const universe u = small_universe(
      {{"a.1", "depends: [\"b\" {>= \"1\"}\n\"b\" {< \"2\"} & \"c\"]"}, {"b.1"}, {"c.1"}});
  const auto told = [&](std::uint32_t position) {
    const fact f = describe_rule(u, id_of(u, "a.1"), {}, fact::kind::needs, position);
    return f.text + " at " + std::to_string(f.line) + ":" + std::to_string(f.column);
  };
  CHECK(told(0) == "b >= 1 at 2:11");
  CHECK(told(1) == "b < 2 at 3:1");
  CHECK(told(2) == "c at 3:15");
}

TEST_CASE("conflict classes are facts") {
  const fact f = rule(fact::kind::conflict_class, 1);
  CHECK(f.text == "l");
  CHECK(f.field == "conflict-class");
  CHECK(f.line == 9);
}

TEST_CASE("the field that decides availability is told if there is one") {
  const universe u = example();
  CHECK(available_text(u, id_of(u, "a.1")) == " (available: os = \"linux\")");
  CHECK(available_text(u, id_of(u, "b.2")).empty());
}
