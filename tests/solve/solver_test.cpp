#include "opamplan/solve/solver.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "opamplan/base/error.hpp"
#include "opamplan/solve/check.hpp"
#include "opamplan/solve/explain.hpp"
#include "solve/brute_force.hpp"
#include "solve/small.hpp"

using namespace opamplan;
using namespace opamplan::test;

namespace {

struct counts {
  int solutions = 0;
  int failures = 0;
};

/// Every version and every name of random repositories, asked of one solver that keeps what it
/// learns, against brute force.
counts compare(const small_shape& shape, std::uint32_t seeds, const universe_options& options,
               const solve_options& asked) {
  counts n;
  for (std::uint32_t seed = 1; seed <= seeds; ++seed) {
    CAPTURE(seed);
    const universe u = small_universe(small_generator(seed, shape).files(), options);
    solver kept(u, asked);
    const auto judge = [&](const solve_result& got,
                           const std::optional<std::vector<package_id>>& expected,
                           const solve_options& effective) {
      ++(expected ? n.solutions : n.failures);
      CHECK(answer_text(u, got) ==
            (expected ? text_of(u, *expected) : std::string(to_string(got.status))));
      CHECK(got.solution.has_value() == expected.has_value());
      if (got.solution) CHECK(broken_rules(u, *got.solution, effective).empty());
    };
    for (std::uint32_t i = 0; i < u.repository().name_count(); ++i) {
      const name_id name{i};
      brute_force all(u, asked, name);
      judge(kept.solve(name), all.preferred(), asked);
      for (const package_id p : u.repository().versions(name)) {
        const solve_options effective = options_for(u, asked, p);
        brute_force one(u, effective, name);
        judge(kept.solve(p), one.preferred(p), effective);
      }
    }
  }
  return n;
}

}  // namespace

TEST_CASE("the answer is the first of brute force in the order of preference") {
  const counts n = compare({}, 150, {}, {});
  CHECK(n.solutions > 500);
  CHECK(n.failures > 300);
}

TEST_CASE(
    "with tests a solver that keeps what it learns answers as a search for one target alone") {
  const small_shape shape{24, 4, 5, 0.3, 0.4, 0.1, 0.0, 0.1, 0.0, 0.6};
  universe_options with_tests;
  with_tests.root_dependencies.with_test = true;
  std::size_t solutions = 0;
  std::size_t failures = 0;
  std::uint64_t conflicts = 0;
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    const universe u = small_universe(small_generator(seed, shape).files(), with_tests);
    solve_options asked;
    asked.roots = {{"p0", {}}, {"p1", {}}};
    solver kept(u, asked);
    const auto check = [&](const solve_result& found, auto target) {
      sat_core::options alone = sat_core_options(u, asked);
      alone.root_role = role_of(found.name);
      sat_core search(u.tables(), alone);
      const search_outcome outcome = search.solve(target);
      CHECK(found.solution.has_value() == (outcome == search_outcome::satisfiable));
      if (!found.solution) {
        ++failures;
        return;
      }
      ++solutions;
      std::vector<package_id> packages;
      for (const candidate_id c : search.selected()) {
        const package_id p = u.tables().candidate_packages[c];
        if (p != package_id::none) packages.push_back(p);
      }
      std::sort(packages.begin(), packages.end());
      CHECK(text_of(u, found.solution->packages) == text_of(u, packages));
    };
    for (int again = 0; again < 2; ++again) {
      for (const package_id p : u.repository().packages()) {
        const candidate_id c = u.tables().package_candidates[p];
        if (c != candidate_id::none) check(kept.solve(p), c);
      }
      for (std::uint32_t n = 0; n < u.repository().name_count(); ++n) {
        const name_id name{n};
        if (u.latest(name) != package_id::none) check(kept.solve(name), u.tables().any_version[n]);
      }
    }
    conflicts += kept.statistics().conflicts;
  }
  CHECK(solutions > 1'000);
  CHECK(failures > 1'000);
  CHECK(conflicts > 1'000);
}

TEST_CASE("a kept solver that is told to prefer other versions answers as a new one") {
  std::size_t changed = 0;
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    const small_shape shape{30, 4, 4, 0.3, 0.2, 0.1, 0.0, 0.1, 0.0, seed % 2 == 0 ? 0.4 : 0.0};
    universe_options with_tests;
    with_tests.root_dependencies.with_test = seed % 2 == 0;
    const universe u = small_universe(small_generator(seed, shape).files(), with_tests);
    solve_options asked;
    asked.roots = {{"p0", {}}};
    solver kept(u, asked);
    std::vector<std::string> before;
    for (std::uint32_t step = 0; step < 6; ++step) {
      // Every sixth version; none at the end.
      asked.preferred.clear();
      for (std::uint32_t p = step; step < 5 && p < u.repository().size(); p += 6) {
        const auto same_name = [&](package_id other) {
          return u.repository().name_of(other) == u.repository().name_of(package_id{p});
        };
        if (std::none_of(asked.preferred.begin(), asked.preferred.end(), same_name)) {
          asked.preferred.push_back(package_id{p});
        }
      }
      kept.prefer(asked.preferred);
      std::vector<std::string> now;
      for (const package_id p : u.repository().packages()) {
        now.push_back(answer_text(u, kept.solve(p)));
        CHECK(now.back() == answer_text(u, solver(u, asked).solve(p)));
      }
      changed += !before.empty() && now != before ? 1 : 0;
      before = std::move(now);
    }
  }
  CHECK(changed > 50);
}

TEST_CASE("the answer is that of brute force with a root, constraints and preferred versions") {
  for (const bool oldest : {false, true}) {
    universe_options options;
    options.prefer_oldest = oldest;
    for (std::uint32_t seed = 1; seed <= 60; ++seed) {
      CAPTURE(seed);
      const small_shape shape{5, 3, 3, 0.3, 0.3, 0.15, 0.0, 0.1, 0.0, 0.0};
      const universe u = small_universe(small_generator(seed, shape).files(), options);
      solve_options asked;
      asked.roots = {small_atom("p0", relop::leq, "2")};
      asked.constraints = {small_atom("p1", relop::neq, "3")};
      for (const package_id p : u.repository().versions(u.repository().find_name("p2"))) {
        asked.preferred = {p};  // ends as the newest; any would do
      }
      asked.preferred.push_back(u.repository().versions(u.repository().find_name("p3"))[0]);
      solver s(u, asked);
      for (const package_id p : u.repository().packages()) {
        const solve_options effective = options_for(u, asked, p);
        brute_force all(u, effective, u.repository().name_of(p));
        const auto expected = all.preferred(p);
        CHECK(answer_text(u, s.solve(p)) ==
              (expected ? text_of(u, *expected) : std::string("no_solution")));
      }
    }
  }
}

TEST_CASE("the answer is that of brute force when targets bring their tests") {
  universe_options options;
  options.root_dependencies.with_test = true;
  small_shape shape;
  shape.filtered = 0.5;
  const counts n = compare(shape, 60, options, {});
  CHECK(n.solutions > 200);
  CHECK(n.failures > 50);
}

TEST_CASE("the newest versions are taken, avoid-version ones last") {
  const universe u = small_universe({{"a.1", R"(depends: ["b" {>= "1"} "c"])"},
                                     {"b.1"},
                                     {"b.10"},
                                     {"b.9"},
                                     {"c.1"},
                                     {"c.2", "flags: avoid-version"}});
  CHECK(answer_text(u, solver(u, {}).solve(id_of(u, "a.1"))) == "a.1 b.10 c.1");
}

TEST_CASE("the oldest versions are taken when asked for, avoid-version ones last") {
  universe_options options;
  options.prefer_oldest = true;
  const universe u = small_universe(
      {{"a.1", R"(depends: ["b" {> "1"}])"}, {"b.1"}, {"b.2", "flags: avoid-version"}, {"b.3"}},
      options);
  CHECK(answer_text(u, solver(u, {}).solve(id_of(u, "a.1"))) == "a.1 b.3");
}

TEST_CASE("where the oldest are preferred a name is its newest version that can be installed") {
  universe_options options;
  options.prefer_oldest = true;
  const universe u = small_universe({{"a.1", R"(depends: ["b"])"},
                                     {"a.2", R"(depends: ["b"])"},
                                     {"a.3", R"(depends: ["b" {> "2"}])"},
                                     {"a.4", R"(flags: avoid-version depends: ["b"])"},
                                     {"b.1"},
                                     {"b.2"}},
                                    options);
  solver s(u, {});
  CHECK(answer_text(u, s.solve(u.repository().find_name("a"))) == "a.2 b.1");
  solve_options asked;
  asked.constraints = {small_atom("a", relop::neq, "2")};
  CHECK(answer_text(u, solver(u, asked).solve(u.repository().find_name("a"))) == "a.1 b.1");

  small_shape shape;
  const counts n = compare(shape, 60, options, {});
  CHECK(n.solutions > 200);
  CHECK(n.failures > 50);
}

TEST_CASE("a chain of names that ends in nothing falls at once, whatever the versions on the way") {
  // Without and with a version 3 that needs nothing, which those before exclude.
  for (const bool dead_end : {false, true}) {
    std::vector<small_file> files;
    constexpr int length = 400;
    for (int i = 0; i < length; ++i) {
      const std::string name = "p" + std::to_string(i);
      const std::string next = "depends: [\"p" + std::to_string(i + 1) + "\" {< \"3\"}]";
      files.push_back({name + ".1", next});
      files.push_back({name + ".2", next});
      if (dead_end) files.push_back({name + ".3"});
    }
    const universe u = small_universe(files);
    solver s(u, {});
    CHECK(answer_text(u, s.solve(id_of(u, "p0.2"))) == "no_solution");
    CHECK(s.statistics().conflicts < 10);
    CHECK(s.statistics().decisions < 2 * length);
    CHECK(answer_text(u, s.solve(id_of(u, "p7.1"))) == "no_solution");
    CHECK(s.statistics().decisions < 2 * length);
  }
}

TEST_CASE("alternatives are tried left to right") {
  const std::vector<small_file> files = {{"a.1", R"(depends: ["b" | "c"])"},
                                         {"a.2", R"(depends: [("b" {= "9"} | "c") "b"])"},
                                         {"b.1"},
                                         {"c.1"}};
  const universe u = small_universe(files);
  solver s(u, {});
  CHECK(answer_text(u, s.solve(id_of(u, "a.1"))) == "a.1 b.1");
  CHECK(answer_text(u, s.solve(id_of(u, "a.2"))) == "a.2 b.1 c.1");
}

TEST_CASE("a root is part of every answer, and its constraint holds everywhere") {
  const universe u =
      small_universe({{"a.1"}, {"b.1", R"(depends: ["ocaml" {< "5"}])"}, {"ocaml.4"}, {"ocaml.5"}});
  solve_options options;
  options.roots = {small_atom("ocaml", relop::eq, "5")};
  solver s(u, options);
  CHECK(answer_text(u, s.solve(id_of(u, "a.1"))) == "a.1 ocaml.5");
  CHECK(answer_text(u, s.solve(id_of(u, "b.1"))) == "no_solution");
}

TEST_CASE("the version asked for wins over constraints on its own name") {
  const universe u = small_universe({{"ocaml.4"}, {"ocaml.5"}});
  solve_options options;
  options.roots = {small_atom("ocaml", relop::eq, "4")};
  solver s(u, options);
  CHECK(answer_text(u, s.solve(id_of(u, "ocaml.5"))) == "ocaml.5");
  CHECK(answer_text(u, s.solve(u.repository().find_name("ocaml"))) == "ocaml.4");
}

TEST_CASE("the statuses are told apart") {
  const universe u = small_universe({{"a.1", "available: false"},
                                     {"b.1", R"(depends: ["nothing"])"},
                                     {"c.1", "flags: avoid-version"}});
  solver s(u, {});
  CHECK(s.solve(id_of(u, "a.1")).status == solve_status::unavailable);
  CHECK(s.solve(id_of(u, "a.1")).target == package_id::none);
  CHECK(s.solve(id_of(u, "b.1")).status == solve_status::no_solution);
  CHECK(s.solve(id_of(u, "b.1")).target == id_of(u, "b.1"));
  CHECK(s.solve(id_of(u, "c.1")).status == solve_status::no_solution);
}

TEST_CASE("unknown names in roots and constraints are an error") {
  const universe u = small_universe({{"a.1"}});
  solve_options roots;
  roots.roots = {{"b", {}}};
  CHECK_THROWS_AS(static_cast<void>(solver(u, roots).solve(id_of(u, "a.1"))), invalid_request);
  solve_options constraints;
  constraints.constraints = {small_atom("b", relop::eq, "1")};
  CHECK_THROWS_AS(static_cast<void>(solver(u, constraints).solve(id_of(u, "a.1"))),
                  invalid_request);
}

TEST_CASE("what is given up depends on the request alone") {
  int given_up = 0;
  int answered = 0;
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    const small_shape shape{8, 3, 3, 0.3, 0.9, 0.5, 0.0, 0.0, 0.0, 0.0};
    const universe u = small_universe(small_generator(seed, shape).files());
    solve_options options;
    options.conflict_limit = 1;
    solver forwards(u, options);
    solver backwards(u, options);
    solver unlimited(u, {});
    std::vector<package_id> ids;
    for (const package_id p : u.repository().packages()) ids.push_back(p);
    std::vector<std::string> answers;
    for (const package_id p : ids) {
      answers.push_back(answer_text(u, forwards.solve(p)));
      ++(answers.back() == "gave_up" ? given_up : answered);
      if (answers.back() != "gave_up") CHECK(answers.back() == answer_text(u, unlimited.solve(p)));
    }
    for (std::size_t i = ids.size(); i > 0; --i) {
      CHECK(answer_text(u, backwards.solve(ids[i - 1])) == answers[i - 1]);
    }
  }
  CHECK(given_up > 10);
  CHECK(answered > 1000);
}

TEST_CASE("all targets are solved alike by one, two and five threads") {
  const small_shape shape{150, 3, 2, 0.1, 0.1, 0.02, 0.05, 0.05, 0.0, 0.0};
  const universe u = small_universe(small_generator(5, shape).files());
  std::vector<package_id> targets;
  for (const package_id p : u.repository().packages()) targets.push_back(p);
  REQUIRE(targets.size() > 280);
  std::vector<std::string> first;
  std::vector<std::string> alone;
  for (const package_id p : targets) alone.push_back(answer_text(u, solver(u, {}).solve(p)));
  for (const unsigned threads : {1U, 2U, 5U}) {
    solve_options options;
    options.threads = threads;
    std::size_t seen = 0;
    options.progress = [&](const progress_event& e) {
      CHECK(e.stage == "solve");
      CHECK(e.done >= seen);
      CHECK(e.total == targets.size());
      seen = e.done;
      return true;
    };
    const solve_summary summary = solve_all(u, targets, options);
    REQUIRE(summary.results.size() == targets.size());
    CHECK(seen == targets.size());
    CHECK(summary.statistics.requests >= targets.size() / 2);
    for (std::size_t i = 0; i < targets.size(); ++i) {
      CHECK(answer_text(u, summary.results[i]) == alone[i]);
    }
  }
}

TEST_CASE("solving all can be cancelled") {
  const universe u = small_universe({{"a.1"}, {"b.1"}});
  solve_options options;
  options.progress = [](const progress_event&) { return false; };
  CHECK_THROWS_AS(static_cast<void>(solve_all(u, options)), cancelled);
}

TEST_CASE("without targets every name is asked for, in order") {
  const universe u = small_universe({{"c.1"}, {"a.1"}, {"a.2"}, {"b.1", "available: false"}});
  const solve_summary all = solve_all(u, {});
  REQUIRE(all.results.size() == 3);
  CHECK(answer_text(u, all.results[0]) == "a.2");
  CHECK(answer_text(u, all.results[1]) == "unavailable");
  CHECK(answer_text(u, all.results[2]) == "c.1");
}

namespace {

/// More pigeons than holes: no proof by resolution is short (Haken 1985).
std::vector<small_file> pigeons(int count) {
  std::vector<small_file> out;
  std::string all;
  for (int p = 0; p < count; ++p) {
    const std::string name = "pigeon" + std::to_string(p);
    all += " \"" + name + "\"";
    for (int hole = 1; hole < count; ++hole) {
      std::string conflicts;
      for (int other = 0; other < p; ++other) {
        conflicts +=
            " \"pigeon" + std::to_string(other) + "\" {= \"" + std::to_string(hole) + "\"}";
      }
      out.push_back({name + "." + std::to_string(hole), "conflicts: [" + conflicts + " ]"});
    }
  }
  out.push_back({"all.1", "depends: [" + all + " ]"});
  out.push_back({"other.1", "depends: [\"pigeon0\"]"});
  return out;
}

}  // namespace

TEST_CASE("a request without end is ended by either limit, and the next one is answered") {
  const universe u = small_universe(pigeons(12));
  solve_options conflicts;
  conflicts.conflict_limit = 500;
  solve_options time;
  time.time_limit = std::chrono::milliseconds(20);
  time.conflict_limit = 1'000'000'000;
  for (const solve_options& options : {conflicts, time}) {
    solver s(u, options);
    CHECK(s.solve(id_of(u, "all.1")).status == solve_status::gave_up);
    CHECK(answer_text(u, s.solve(id_of(u, "other.1"))) == "other.1 pigeon0.11");
    CHECK_THROWS_WITH_AS(static_cast<void>(explain(u, id_of(u, "all.1"), options)),
                         doctest::Contains("whether it has a solution is not known"),
                         invalid_request);
  }
}

TEST_CASE("a request can be cancelled during its search, and the next one is answered") {
  const universe u = small_universe(pigeons(12));
  const std::vector<package_id> targets = {id_of(u, "all.1")};
  bool go_on = false;
  solve_options options;
  options.conflict_limit = 1'000'000'000;
  options.progress = [&](const progress_event&) { return go_on; };
  solver s(u, options);
  CHECK_THROWS_AS(static_cast<void>(s.solve(targets[0])), cancelled);
  CHECK_THROWS_AS(static_cast<void>(explain(u, targets[0], options)), cancelled);
  CHECK_THROWS_AS(static_cast<void>(find_blockers(u, targets, options)), cancelled);
  for (const unsigned threads : {1U, 2U}) {
    options.threads = threads;
    const std::vector<package_id> twice = {targets[0], targets[0]};
    CHECK_THROWS_AS(static_cast<void>(solve_all(u, twice, options)), cancelled);
  }
  go_on = true;
  CHECK(answer_text(u, s.solve(id_of(u, "other.1"))) == "other.1 pigeon0.11");
}

TEST_CASE("a name of which every version is to be avoided follows the rule that is asked for") {
  const std::vector<small_file> files = {{"a.1", R"(depends: ["b" | "c"])"},
                                         {"b.1", "flags: avoid-version"},
                                         {"b.2", "flags: avoid-version"},
                                         {"c.1"},
                                         {"d.1", R"(depends: ["b"])"}};
  const universe batch = small_universe(files);
  CHECK(answer_text(batch, solver(batch, {}).solve(id_of(batch, "a.1"))) == "a.1 c.1");
  CHECK(answer_text(batch, solver(batch, {}).solve(id_of(batch, "d.1"))) == "no_solution");
  universe_options options;
  options.avoid_version = avoid_rule::opam;
  const universe opam = small_universe(files, options);
  CHECK(answer_text(opam, solver(opam, {}).solve(id_of(opam, "a.1"))) == "a.1 b.2");
  CHECK(answer_text(opam, solver(opam, {}).solve(id_of(opam, "d.1"))) == "b.2 d.1");
  CHECK(answer_text(opam, solver(opam, {}).solve(id_of(opam, "b.1"))) == "b.1");
}

TEST_CASE("the answer is that of brute force by opam's rule of avoid-version") {
  universe_options options;
  options.avoid_version = avoid_rule::opam;
  small_shape shape;
  shape.avoid = 0.5;
  const counts n = compare(shape, 60, options, {});
  CHECK(n.solutions > 200);
  CHECK(n.failures > 100);
}
