#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "opamplan/solve/newest.hpp"
#include "solve/small.hpp"

using namespace opamplan;
using namespace opamplan::test;

namespace {

solved_newest solved(const std::vector<small_file>& files, const solved_newest* before = nullptr,
                     const universe_options& options = {}, const solve_options& asked = {}) {
  return solve_newest(small_universe(files, options), asked, before);
}

void check_same(const solved_newest& s, const solve_options& asked) {
  const std::vector<package_id> targets = s.in.latest();
  const std::vector<solve_result> whole = solve_all(s.in, targets, asked).results;
  REQUIRE(s.results.size() == whole.size());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    CAPTURE(s.in.repository().full_name(targets[i]));
    CHECK(s.results[i].name == whole[i].name);
    CHECK(s.results[i].target == whole[i].target);
    CHECK(s.results[i].status == whole[i].status);
    CHECK(s.results[i].solution == whole[i].solution);
  }
}

std::vector<std::string> searched_for(const solved_newest& s) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < s.results.size(); ++i) {
    if (s.taken[i] == result_id::none)
      names.push_back(s.in.repository().full_name(s.results[i].target));
  }
  return names;
}

std::vector<std::string> names_of(const universe& u, const std::vector<package_id>& packages) {
  std::vector<std::string> names;
  for (const package_id p : packages) names.push_back(u.repository().full_name(p));
  return names;
}

/// What a person is told of a result.
std::string told(const universe& u, const solve_options& asked, const std::string& target) {
  const std::vector<package_id> targets{u.repository().find(target)};
  const solve_result result = solve_all(u, targets, asked).results[0];
  return result.solution ? answer_text(u, result) : "no";
}

/// Random repositories, one edit after the other; how many results were taken over.
std::size_t follow(const small_shape& shape, const universe_options& options,
                   const solve_options& asked) {
  std::size_t taken = 0;
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    small_generator random(seed, shape);
    std::vector<small_file> files = random.files();
    files.push_back({"root.1"});
    std::optional<solved_newest> last;
    for (int edit = 0; edit < 12; ++edit) {
      CAPTURE(seed);
      CAPTURE(edit);
      last = solved(files, last ? &*last : nullptr, options, asked);
      check_same(*last, asked);
      taken += last->taken.size() - static_cast<std::size_t>(std::count(
                                        last->taken.begin(), last->taken.end(), result_id::none));
      files = random.edited(files);
    }
  }
  return taken;
}

}  // namespace

TEST_CASE("after any edit the results are those of solving all") {
  small_shape shape;
  shape.names = 14;
  shape.most_depends = 2;
  shape.missing = 0.1;
  CHECK(follow(shape, {}, {}) > 1500);
}

TEST_CASE("the same with a root and a constraint that the edits may touch") {
  small_shape shape;
  shape.names = 14;
  shape.most_depends = 2;
  solve_options asked;
  asked.roots = {small_atom("root", relop::geq, "1")};
  asked.constraints = {small_atom("root", relop::leq, "3")};
  CHECK(follow(shape, {}, asked) > 1500);
}

TEST_CASE(
    "the same where targets bring their tests, the oldest are preferred, or opam's rule holds") {
  small_shape shape;
  shape.names = 12;
  shape.most_depends = 2;
  shape.filtered = 0.5;
  shape.avoid = 0.3;
  universe_options options;
  options.root_dependencies.with_test = true;
  options.prefer_oldest = true;
  options.avoid_version = avoid_rule::opam;
  CHECK(follow(shape, options, {}) > 800);
}

TEST_CASE("only targets from which rules lead to a change are searched for again") {
  const std::vector<small_file> files = {{"a.1", "depends: \"b\""},
                                         {"b.1", "depends: \"c\" {< \"2\"}"},
                                         {"c.1"},
                                         {"d.1"},
                                         {"e.1", "conflicts: \"c\""},
                                         {"f.1", "depopts: \"c\""},
                                         {"g.1", "depends: \"x\" | \"c\""},
                                         {"h.1", "depends: \"new\""}};
  const solved_newest first = solved(files);
  CHECK(searched_for(first).size() == 8);
  CHECK(searched_for(solved(files, &first)).empty());
  std::vector<small_file> more = files;
  more.push_back({"c.2"});
  CHECK(searched_for(solved(more, &first)) == std::vector<std::string>{"a.1", "b.1", "c.2", "g.1"});
  more = files;
  more.push_back({"new.1"});  // was missing
  CHECK(searched_for(solved(more, &first)) == std::vector<std::string>{"h.1", "new.1"});
  more = files;
  more.erase(more.begin() + 2);  // is missing now
  CHECK(searched_for(solved(more, &first)) == std::vector<std::string>{"a.1", "b.1", "g.1"});
}

TEST_CASE("what was refused is looked at too: a newer version may be possible now") {
  std::vector<small_file> files = {{"a.1"}, {"b.1", "depends: \"a\""}, {"a.2", "depends: \"c\""}};
  const solved_newest first = solved(files);
  CHECK(answer_text(first.in, first.results[1]) == "a.1 b.1");
  files.push_back({"c.1"});
  const solved_newest second = solved(files, &first);
  CHECK(answer_text(second.in, second.results[1]) == "a.2 b.1 c.1");
}

TEST_CASE("a root that is changed is a change of every target") {
  std::vector<small_file> files = {{"a.1"}, {"r.1", "depends: \"s\""}, {"s.1"}};
  solve_options asked;
  asked.roots = {small_atom("r", relop::geq, "1")};
  const solved_newest first = solved(files, nullptr, {}, asked);
  files.push_back({"s.2"});
  CHECK(searched_for(solved(files, &first, {}, asked)).size() == 3);
}

TEST_CASE("another environment, or other options, are refused") {
  const solved_newest first = solved({{"a.1"}});
  universe_options oldest;
  oldest.prefer_oldest = true;
  CHECK_THROWS_WITH_AS(static_cast<void>(solved({{"a.1"}}, &first, oldest)),
                       doctest::Contains("another environment or other options"), invalid_request);
}

TEST_CASE("versions that no change touches have the results that they had") {
  small_shape shape;
  shape.names = 12;
  shape.most_depends = 2;
  shape.missing = 0.1;
  solve_options asked;
  asked.constraints = {small_atom("a", relop::leq, "3")};
  for (const bool tests : {false, true}) {
    universe_options options;
    options.root_dependencies.with_test = tests;
    std::size_t untouched = 0;
    for (std::uint32_t seed = 1; seed <= 60; ++seed) {
      CAPTURE(seed);
      small_generator random(seed, shape);
      std::vector<small_file> files = random.files();
      files.push_back({"a.1"});
      const universe before = small_universe(files, options);
      const universe after = small_universe(random.edited(files), options);
      const touched_targets found = targets_touched(before, after, asked);
      const std::vector<std::string> was = names_of(before, found.before);
      const std::vector<std::string> now = names_of(after, found.after);
      const auto has = [](const std::vector<std::string>& names, const std::string& name) {
        return std::find(names.begin(), names.end(), name) != names.end();
      };
      const std::vector<std::string> all = names_of(before, before.available_packages());
      for (const std::string& name : names_of(after, after.available_packages())) {
        CAPTURE(name);
        if (has(now, name)) continue;
        REQUIRE(has(all, name));
        CHECK_FALSE(has(was, name));
        CHECK(told(before, asked, name) == told(after, asked, name));
        ++untouched;
      }
      for (const std::string& name : all) {
        if (!has(was, name)) CHECK(after.repository().find(name) != package_id::none);
      }
    }
    CHECK(untouched > 200);
  }
}
