#include "opamplan/solve/explain.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <map>

#include "opamplan/base/error.hpp"
#include "solve/brute_force.hpp"
#include "solve/small.hpp"

using namespace opamplan;
using namespace opamplan::test;

namespace {

using strings = std::vector<std::string>;

/// A repository in which every package version is as available as in `u`, but says only `facts`.
universe only(const universe& u, const std::vector<fact>& facts, std::size_t without) {
  std::map<std::string, std::map<std::string, std::string>> fields;  // by package, then field
  for (std::size_t i = 0; i < facts.size(); ++i) {
    if (i == without) continue;
    const fact& f = facts[i];
    const syntax::file& file = u.repository().file(f.package);
    const auto value = file.find(f.field);
    REQUIRE(value);
    const auto before = [](syntax::position a, syntax::position b) {
      return std::pair(a.line, a.column) <= std::pair(b.line, b.column);
    };
    // The item that the fact points to, as it is written.
    std::string item = "\"" + f.text + "\"";
    if (value->kind() == syntax::value_kind::list) {
      for (const syntax::value v : value->children()) {
        const auto [begin, end] = v.span();
        const bool inside = before(file.locate(begin), {f.line, f.column}) &&
                            before({f.line, f.column}, file.locate(end - 1));
        if (inside) item = file.text().substr(begin, end - begin);
      }
    }
    fields[u.repository().full_name(f.package)][f.field] += " " + item;
  }
  std::vector<small_file> files;
  for (const package_id p : u.repository().packages()) {
    small_file file{u.repository().full_name(p)};
    for (const auto& [field, items] : fields[file.full_name]) {
      file.fields += field + ": [" + items + " ]\n";
    }
    if (!u.is_candidate(p)) file.fields += "available: false\n";
    files.push_back(std::move(file));
  }
  return small_universe(files, u.options());
}

bool solvable(const universe& u, const std::string& full_name, const solve_options& options) {
  const package_id p = id_of(u, full_name);
  brute_force all(u, options_for(u, options, p), u.repository().name_of(p));
  return all.preferred(p).has_value();
}

/// Explains every version that has no solution; checks that its facts alone make it unsolvable,
/// and that without any one of them it has a solution. Returns how many there were.
int check_minimality(std::uint32_t seeds, const small_shape& shape, const solve_options& options) {
  int explained = 0;
  for (std::uint32_t seed = 1; seed <= seeds; ++seed) {
    CAPTURE(seed);
    const universe u = small_universe(small_generator(seed, shape).files());
    solver s(u, options);
    for (const package_id p : u.repository().packages()) {
      if (!u.is_candidate(p) || s.solve(p).status != solve_status::no_solution) continue;
      const std::string name = u.repository().full_name(p);
      CAPTURE(name);
      const explanation e = explain(u, p, options);
      ++explained;
      CHECK_FALSE(e.sentences.empty());
      CHECK_FALSE(solvable(only(u, e.facts, e.facts.size()), name, options));
      for (std::size_t i = 0; i < e.facts.size(); ++i) {
        CHECK(solvable(only(u, e.facts, i), name, options));
      }
    }
  }
  return explained;
}

}  // namespace

TEST_CASE("facts are enough, and each of them is needed") {
  CHECK(check_minimality(80, {}, {}) > 100);
}

TEST_CASE("facts are minimal where most rules are conflicts, and with a root") {
  solve_options options;
  options.roots = {small_atom("p0", relop::lt, "3")};
  const small_shape shape{5, 3, 3, 0.2, 0.8, 0.4, 0.05, 0.05, 0.0, 0.0};
  CHECK(check_minimality(50, shape, options) > 100);
}

TEST_CASE("a person is told who needs what, what was asked for, and where it is written") {
  const universe u = small_universe({{"x.1", R"(depends: ["y"])"},
                                     {"y.1", R"(depends: ["ocaml" {< "5.0"}])"},
                                     {"y.2", R"(depends: ["ocaml" {< "5.0"}])"},
                                     {"ocaml.4.14.2"},
                                     {"ocaml.5.3.0"}});
  solve_options options;
  options.roots = {small_atom("ocaml", relop::eq, "5.3.0")};
  const explanation e = explain(u, id_of(u, "x.1"), options);
  CHECK(e.sentences ==
        strings{"x 1 needs y", "y 1 and 2 need ocaml < 5.0", "you asked for ocaml = 5.3.0"});
  CHECK(e.cause == "y needs another ocaml");
  CHECK(e.blockers == strings{"y"});
  REQUIRE(e.facts.size() == 3);
  CHECK(e.facts[0].text == "y");
  CHECK(e.facts[0].line == 2);
  CHECK(e.facts[0].column == 11);
  CHECK_FALSE(e.facts[0].impossible_alone);
  CHECK(e.facts[1].impossible_alone);
}

TEST_CASE("packages that exclude each other are named") {
  const universe u =
      small_universe({{"a.1", R"(depends: ["b" "c"])"}, {"b.1", R"(conflicts: ["c"])"}, {"c.1"}});
  const explanation e = explain(u, id_of(u, "a.1"), {});
  CHECK(e.sentences == strings{"a 1 needs b", "a 1 needs c", "b 1 conflicts with c"});
  CHECK(e.cause == "b and c exclude each other");
  CHECK(e.blockers.empty());
}

TEST_CASE("packages that want different versions are named") {
  const universe u = small_universe({{"a.1", R"(depends: ["b" "c"])"},
                                     {"b.1", R"(depends: ["z" {= "1"}])"},
                                     {"c.1", R"(depends: ["z" {= "2"}])"},
                                     {"z.1"},
                                     {"z.2"}});
  CHECK(explain(u, id_of(u, "a.1"), {}).cause == "b and c want different versions of z");
}

TEST_CASE("a name that does not exist, is not available or is to be avoided is said to be so") {
  const universe u = small_universe({{"a.1", R"(depends: ["none"])"},
                                     {"b.1", R"(depends: ["w"])"},
                                     {"c.1", R"(depends: ["v"])"},
                                     {"d.1", R"(depends: ["e" {>= "3"}])"},
                                     {"one.1", R"(depends: ["a" {>= "3"}])"},
                                     {"e.1"},
                                     {"e.2", "available: false"},
                                     {"v.1", "flags: avoid-version"},
                                     {"w.1", "available: os = \"win32\""}});
  const auto last = [&](const char* name) {
    return explain(u, id_of(u, name), {}).sentences.back();
  };
  CHECK(last("a.1") == "there is no package named none");
  CHECK(last("b.1") == "no version of w is available in this environment");
  CHECK(last("c.1") == "every available version of v has the flag avoid-version");
  CHECK(last("d.1") == "e has 2 versions from 1 to 2, 1 of them not available in this environment");
  CHECK(last("one.1") == "the only version of a is 1");
  CHECK(last("w.1") == "w.1 is not available in this environment (available: os = \"win32\")");
}

TEST_CASE("any version can be asked for, and what has a solution has no explanation") {
  const universe u =
      small_universe({{"a.1", R"(depends: ["none"])"}, {"a.2", R"(depends: ["nil"])"}, {"b.1"}});
  const explanation e = explain(u, u.repository().find_name("a"), {});
  CHECK(e.target == package_id::none);
  CHECK(e.facts.size() == 2);
  CHECK_THROWS_AS(static_cast<void>(explain(u, id_of(u, "b.1"), {})), invalid_request);
}

TEST_CASE("an alternative of which nothing can be had is one cause with the names it lacks") {
  const universe u = small_universe(
      {{"a.1", R"(depends: [("ocaml" {= "4"} | ("ocaml" {< "4"} & "b"))])"}, {"b.1"}, {"ocaml.5"}});
  const explanation e = explain(u, id_of(u, "a.1"), {});
  CHECK(e.cause == "a needs another ocaml");
}

TEST_CASE("of several reasons a short one is told") {
  const universe u = small_universe({{"a.1", R"(depends: ["long" "short"])"},
                                     {"long.1", R"(depends: ["x" "y"])"},
                                     {"x.1", R"(depends: ["z" {= "1"}])"},
                                     {"y.1", R"(depends: ["z" {= "2"}])"},
                                     {"short.1", R"(depends: ["none"])"},
                                     {"z.1"},
                                     {"z.2"}});
  CHECK(explain(u, id_of(u, "a.1"), {}).sentences ==
        strings{"a 1 needs short", "short 1 needs none", "there is no package named none"});
}

TEST_CASE("unsolvable targets are grouped by cause, and what lifting unlocks is counted") {
  const universe u = small_universe({{"a.1", R"(depends: ["dune"])"},
                                     {"b.1", R"(depends: ["dune"])"},
                                     {"c.1", R"(depends: ["dune" "other"])"},
                                     {"d.1"},
                                     {"dune.1", R"(depends: ["ocaml" {< "5"}])"},
                                     {"ocaml.5"},
                                     {"other.1", R"(depends: ["ocaml" {< "4"}])"}});
  const blocker_report report = find_blockers(u, u.latest(), {});
  CHECK(report.explanations.size() == 5);
  REQUIRE(report.groups.size() == 2);
  CHECK(report.groups[0].cause == "dune needs another ocaml");
  REQUIRE(report.blockers.size() == 2);
  CHECK(report.blockers[0].name == "dune");
  CHECK(report.blockers[0].unlocked == 3);  // a, b and dune; c needs other too
  CHECK(report.blockers[1].name == "other");
  CHECK(report.blockers[1].unlocked == 1);
}

TEST_CASE("the report is the same for one, two and five threads, and can be cancelled") {
  const small_shape shape{60, 3, 3, 0.1, 0.2, 0.05, 0.05, 0.05, 0.02, 0.0};
  const universe u = small_universe(small_generator(11, shape).files());
  const auto report_text = [&](unsigned threads) {
    solve_options options;
    options.threads = threads;
    std::string out;
    const blocker_report report = find_blockers(u, u.available_packages(), options);
    for (const blocker_group& g : report.groups)
      out += g.cause + ": " + text_of(u, g.targets) + "\n";
    for (const blocker& b : report.blockers) {
      out += b.name + " " + std::to_string(b.blocked) + " " + std::to_string(b.unlocked) + "\n";
    }
    return out;
  };
  const std::string one = report_text(1);
  CHECK(one.size() > 100);
  CHECK(report_text(2) == one);
  CHECK(report_text(5) == one);
  solve_options options;
  options.progress = [](const progress_event& e) { return e.stage != "explain"; };
  CHECK_THROWS_AS(static_cast<void>(find_blockers(u, u.available_packages(), options)), cancelled);
}

TEST_CASE("what was asked for is told only where there would be a solution without it") {
  const universe u = small_universe({{"a.1", R"(depends: ["v"])"},
                                     {"b.1", R"(depends: ["w" {>= "2"}])"},
                                     {"v.1", "flags: avoid-version"},
                                     {"w.1"},
                                     {"w.2"}});
  solve_options options;
  options.constraints = {small_atom("v", relop::eq, "1"), small_atom("w", relop::lt, "2")};
  const explanation avoided = explain(u, id_of(u, "a.1"), options);
  CHECK(avoided.sentences ==
        strings{"a 1 needs v", "every available version of v has the flag avoid-version"});
  CHECK(avoided.cause == "a needs v, of which every version has the flag avoid-version");
  CHECK(explain(u, id_of(u, "b.1"), options).sentences ==
        strings{"b 1 needs w >= 2", "you asked for w < 2"});
}

TEST_CASE("an explanation that is cut short says that facts may be left out") {
  std::vector<small_file> chain;
  const auto add_up_to = [&](int length) {
    for (int i = static_cast<int>(chain.size()); i < length; ++i) {
      chain.push_back(
          {"p" + std::to_string(i) + ".1", "depends: [\"p" + std::to_string(i + 1) + "\"]"});
    }
  };
  add_up_to(200);
  const universe u = small_universe(chain);
  const explanation whole = explain(u, id_of(u, "p0.1"), {});
  CHECK(whole.minimal);
  solve_options hurried;
  hurried.time_limit = std::chrono::nanoseconds(1);
  const explanation cut = explain(u, id_of(u, "p0.1"), hurried);
  CHECK(!cut.minimal);
  CHECK(cut.facts == whole.facts);
  // A chain that ends in nothing is one conflict, not one for each of its names.
  add_up_to(12'000);
  const universe long_one = small_universe(chain);
  solver s(long_one, {});
  CHECK(s.solve(id_of(long_one, "p0.1")).status == solve_status::no_solution);
  CHECK(s.statistics().conflicts < 5);
}

TEST_CASE("facts follow each other as causes do, whatever the names") {
  const universe u = small_universe({{"target.1", R"(depends: ["zebra" "beta"])"},
                                     {"zebra.1", R"(depends: ["alpha"])"},
                                     {"beta.1", ""},
                                     {"alpha.1", R"(depends: ["middle"])"},
                                     {"middle.1", R"(depends: ["c" {>= "2"}])"},
                                     {"c.1", ""}});
  const explanation e = explain(u, id_of(u, "target.1"), {});
  CHECK(e.sentences == strings{"target 1 needs zebra", "zebra 1 needs alpha",
                               "alpha 1 needs middle", "middle 1 needs c >= 2",
                               "the only version of c is 1"});
}

TEST_CASE("each chain of causes is told to its end before the next") {
  const universe u = small_universe({{"target.1", R"(depends: ["z" "y"])"},
                                     {"z.1", R"(depends: ["b"])"},
                                     {"y.1", R"(depends: ["a"])"},
                                     {"b.1", R"(depends: ["c" {= "1"}])"},
                                     {"a.1", R"(depends: ["c" {= "2"}])"},
                                     {"c.1", ""},
                                     {"c.2", ""}});
  const explanation e = explain(u, id_of(u, "target.1"), {});
  CHECK(e.sentences == strings{"target 1 needs y", "target 1 needs z", "y 1 needs a",
                               "a 1 needs c = 2", "z 1 needs b", "b 1 needs c = 1"});
}
