#include "opamplan/solve/reasons.hpp"

#include <doctest/doctest.h>

#include "opamplan/base/error.hpp"
#include "solve/small.hpp"

using namespace opamplan;
using namespace opamplan::test;

namespace {

using strings = std::vector<std::string>;

struct example {
  universe u = small_universe({
      {"app.1", R"(depends: ["lwt" ("x" | "y") "dune" "fmt"])"},
      {"dune.3"},
      {"dune.4"},
      {"dune.5", R"(depends: ["ocaml" {>= "6"}])"},
      {"dune.6", "available: os = \"win32\""},
      {"fmt.1", R"(depends: ["base" {post}] depopts: ["lwt"])"},
      {"base.1"},
      {"lwt.1"},
      {"lwt.2", R"(depends: ["dune" {< "4"} "ocaml"])"},
      {"ocaml.4"},
      {"ocaml.5"},
      {"ocaml.6"},
      {"x.1"},
      {"y.1"},
  });
  solve_options options;
  solution s;

  example() {
    options.roots = {small_atom("ocaml", relop::eq, "5")};
    s = *solver(u, options).solve(id_of(u, "app.1")).solution;
  }
  std::string path(const char* to) const { return text_of(u, path_to(s, id_of(u, to))); }
  explanation why_not(const char* wanted) const {
    return explain_choice(u, s, id_of(u, wanted), options);
  }
};

}  // namespace

TEST_CASE("the solution of the example") {
  const example e;
  CHECK(text_of(e.u, e.s.packages) == "app.1 base.1 dune.3 fmt.1 lwt.2 ocaml.5 x.1");
}

TEST_CASE("a path leads from the target to a package, through post dependencies too") {
  const example e;
  CHECK(e.path("app.1") == "app.1");
  CHECK(e.path("dune.3") == "app.1 dune.3");
  CHECK(e.path("ocaml.5") == "app.1 lwt.2 ocaml.5");
  CHECK(e.path("base.1") == "app.1 fmt.1 base.1");
  CHECK(e.path("y.1").empty());
}

TEST_CASE("an edge has the fact that made it") {
  const example e;
  const auto text = [&](const char* from, const char* to) {
    const fact f = edge_fact(e.u, e.s, id_of(e.u, from), id_of(e.u, to));
    return f.field + ": " + f.text + " at " + std::to_string(f.line) + ":" +
           std::to_string(f.column);
  };
  CHECK(text("lwt.2", "dune.3") == "depends: dune < 4 at 2:11");
  CHECK(text("app.1", "x.1") == "depends: (x | y) at 2:18");
  CHECK(text("fmt.1", "lwt.2") == "depopts: lwt at 2:36");
  CHECK_THROWS_AS(text("dune.3", "lwt.2"), invalid_request);
}

TEST_CASE("a version that cannot be with the target is explained by facts") {
  const example e;
  const explanation why = e.why_not("dune.5");
  CHECK(why.sentences.front() == "dune 5 needs ocaml >= 6");
  CHECK(why.sentences.back() == "you asked for ocaml = 5");
}

TEST_CASE("a version that what was chosen before excludes is explained by that") {
  const example e;
  const explanation why = e.why_not("dune.4");
  CHECK(why.sentences ==
        strings{"app 1 needs lwt", "lwt 2 needs dune < 4", "lwt = 2 was chosen before"});
}

TEST_CASE("without a fact it is said what came first") {
  const example e;
  CHECK(e.why_not("lwt.1").sentences == strings{"lwt.2 is possible, and preferred to lwt.1"});
  CHECK(e.why_not("y.1").sentences == strings{"nothing in the solution needs y"});
  CHECK(e.why_not("ocaml.6").sentences == strings{"you asked for ocaml = 5"});
  CHECK(e.why_not("dune.6").sentences ==
        strings{"dune.6 is not available in this environment (available: os = \"win32\")"});
  CHECK_THROWS_AS(static_cast<void>(e.why_not("dune.3")), invalid_request);
}

TEST_CASE("an alternative that is written first can exclude a version") {
  const universe u =
      small_universe({{"a.1", R"(depends: [("b" {< "2"} | "b" {>= "2"}) "b"])"}, {"b.1"}, {"b.2"}});
  const solution s = *solver(u, {}).solve(id_of(u, "a.1")).solution;
  CHECK(explain_choice(u, s, id_of(u, "b.2"), {}).cause == "an alternative comes first");
}

TEST_CASE("every version that was not taken has a reason, in random repositories") {
  int with_facts = 0;
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    const universe u = small_universe(small_generator(seed, {}).files());
    solver s(u, {});
    for (const package_id target : u.repository().packages()) {
      const solve_result r = s.solve(target);
      if (!r.solution) continue;
      for (const package_id wanted : u.repository().packages()) {
        const auto& all = r.solution->packages;
        if (std::find(all.begin(), all.end(), wanted) != all.end()) continue;
        const explanation e = explain_choice(u, *r.solution, wanted, {});
        CHECK_FALSE(e.sentences.empty());
        CHECK_FALSE(e.cause.empty());
        with_facts += e.facts.empty() ? 0 : 1;
      }
    }
  }
  CHECK(with_facts > 50);
}
