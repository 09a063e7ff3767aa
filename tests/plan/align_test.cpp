#include "opamplan/plan/align.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <utility>
#include <vector>

#include "opamplan/base/error.hpp"
#include "opamplan/closure/closure.hpp"
#include "opamplan/plan/make.hpp"
#include "opamplan/solve/check.hpp"
#include "solve/small.hpp"

using namespace opamplan;
using namespace opamplan::test;

namespace {

std::vector<std::string> texts(const universe& u, const std::vector<solve_result>& results) {
  std::vector<std::string> out;
  for (const solve_result& r : results) out.push_back(answer_text(u, r));
  return out;
}

/// What `align` comes to without what it keeps from one try to the next: each try solves all
/// targets that hold the name, from nothing, and counts the layers of a plan.
class plain_search {
 public:
  plain_search(const universe& u, std::vector<solve_result> results)
      : u_(u), results_(std::move(results)) {
    while (round()) continue;
  }

  [[nodiscard]] const std::vector<solve_result>& results() const { return results_; }
  [[nodiscard]] std::vector<package_id> preferred() const {
    std::vector<package_id> out = preferred_;
    std::sort(out.begin(), out.end());
    return out;
  }

 private:
  struct contested_name {
    std::size_t minority;
    std::vector<package_id> versions;
  };

  [[nodiscard]] std::size_t layers(const std::vector<solve_result>& results) const {
    std::vector<solution> solutions;
    for (const solve_result& r : results) {
      if (r.solution && build_cycle(*r.solution).empty()) solutions.push_back(*r.solution);
    }
    return make_plan(u_, solutions, {}).layers.size();
  }

  [[nodiscard]] std::vector<contested_name> contested() const {
    std::map<name_id, std::map<package_id, std::size_t>> held;
    for (const solve_result& r : results_) {
      if (!r.solution) continue;
      for (const package_id p : r.solution->packages) ++held[u_.repository().name_of(p)][p];
    }
    std::vector<contested_name> out;
    for (const auto& [name, versions] : held) {
      if (versions.size() < 2) continue;
      contested_name found{0, {}};
      std::size_t most = 0;
      for (const auto& [p, count] : versions) {
        found.versions.push_back(p);
        found.minority += count;
        most = std::max(most, count);
      }
      found.minority -= most;
      out.push_back(std::move(found));
    }
    std::stable_sort(out.begin(), out.end(),
                     [](const auto& a, const auto& b) { return a.minority > b.minority; });
    return out;
  }

  bool round() {
    bool any = false;
    for (const contested_name& name : contested()) {
      for (const package_id wanted : name.versions) any = try_version(wanted) || any;
    }
    return any;
  }

  bool try_version(package_id wanted) {
    const repository& repo = u_.repository();
    solve_options asked;
    for (const package_id p : preferred_) {
      if (repo.name_of(p) != repo.name_of(wanted)) asked.preferred.push_back(p);
    }
    asked.preferred.push_back(wanted);
    std::vector<solve_result> changed = results_;
    for (solve_result& r : changed) {
      if (!r.solution) continue;
      const auto& packages = r.solution->packages;
      if (std::any_of(packages.begin(), packages.end(),
                      [&](package_id p) { return repo.name_of(p) == repo.name_of(wanted); })) {
        r = solver(u_, asked).solve(r.target);
      }
    }
    if (layers(changed) >= layers(results_)) return false;
    results_ = std::move(changed);
    preferred_ = asked.preferred;
    return true;
  }

  const universe& u_;
  std::vector<solve_result> results_;
  std::vector<package_id> preferred_;
};

/// `x.2` is newest, but `b` needs `x.1`.
universe contested() {
  return small_universe(
      {{"a.1", R"(depends: ["x"])"}, {"b.1", R"(depends: ["x" {< "2"}])"}, {"x.1"}, {"x.2"}});
}

}  // namespace

TEST_CASE("a version that all can have is preferred if that leaves fewer layers") {
  const universe u = contested();
  const std::vector<package_id> targets = {id_of(u, "a.1"), id_of(u, "b.1")};
  const auto before = solve_all(u, targets, {}).results;
  const alignment out = align(u, before, {});
  CHECK(out.layers_before == 4);
  CHECK(out.layers_after == 3);
  CHECK(texts(u, out.results) == std::vector<std::string>{"a.1 x.1", "b.1 x.1"});
  CHECK(text_of(u, out.preferred) == "x.1");
  CHECK(out.changed == 1);
  CHECK(out.older == 1);
  CHECK(out.newer == 0);
}

TEST_CASE("a target keeps its own version") {
  const universe u = contested();
  const auto before = solve_all(u, {}).results;  // a.1, b.1 and x.2
  const alignment out = align(u, before, {});
  CHECK(answer_text(u, out.results[2]) == "x.2");
  CHECK(out.layers_after == out.layers_before);  // x.2 must be built anyway: nothing is won
}

TEST_CASE("results without a solution stay, and nothing to align changes nothing") {
  const universe u = small_universe({{"a.1", R"(depends: ["none"])"}, {"b.1"}});
  const auto before = solve_all(u, {}).results;
  const alignment out = align(u, before, {});
  CHECK(texts(u, out.results) == texts(u, before));
  CHECK(out.preferred.empty());
  CHECK(out.changed == 0);
}

TEST_CASE("aligned results are sound, need no more layers, and come back with `preferred`") {
  int saved = 0;
  for (std::uint32_t seed = 1; seed <= 100; ++seed) {
    CAPTURE(seed);
    const small_shape shape{12, 3, 3, 0.15, 0.1, 0.05, 0.0, 0.05, 0.0, 0.0};
    const universe u = small_universe(small_generator(seed, shape).files());
    const std::vector<package_id> targets = u.latest();
    solve_options options;
    options.threads = 1;
    const auto before = solve_all(u, targets, options).results;
    const alignment out = align(u, before, options);
    CHECK(out.layers_after <= out.layers_before);
    saved += out.layers_after < out.layers_before ? 1 : 0;
    REQUIRE(out.results.size() == before.size());
    for (std::size_t i = 0; i < targets.size(); ++i) {
      CHECK(out.results[i].status == before[i].status);
      CHECK(out.results[i].target == before[i].target);
      if (out.results[i].solution) {
        CHECK(broken_rules(u, *out.results[i].solution, options).empty());
      }
    }
    solve_options again = options;
    again.preferred = out.preferred;
    CHECK(texts(u, solve_all(u, targets, again).results) == texts(u, out.results));
    options.threads = 5;
    CHECK(texts(u, align(u, before, options).results) == texts(u, out.results));
  }
  CHECK(saved > 3);
}

TEST_CASE("what tries keep from each other changes nothing") {
  std::size_t kept = 0;
  std::size_t again = 0;  // a name's preferred version was replaced
  for (std::uint32_t seed = 1; seed <= 150; ++seed) {
    CAPTURE(seed);
    const small_shape shape{25, 5, 4, 0.15, 0.1, 0.05, 0.0, 0.1, 0.0, seed % 3 == 0 ? 0.4 : 0.0};
    universe_options asked;
    asked.root_dependencies.with_test = seed % 6 == 0;
    asked.avoid_version = avoid_rule::opam;
    asked.prefer_oldest = seed % 5 == 0;
    const universe u = small_universe(small_generator(seed, shape).files(), std::move(asked));
    std::vector<package_id> targets = u.available_packages();
    const auto before = solve_all(u, targets, {}).results;
    const plain_search plain(u, before);
    const alignment out = align(u, before, {});
    CHECK(texts(u, out.results) == texts(u, plain.results()));
    CHECK(text_of(u, out.preferred) == text_of(u, plain.preferred()));
    kept += out.preferred.size();
    again += out.preferred.size() > 1 ? 1 : 0;
  }
  CHECK(kept > 100);
  CHECK(again > 10);
}

TEST_CASE("layers are counted as the plan counts them") {
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    small_shape shape{12, 3, 4, 0.15, 0.05, 0.05, 0.0, 0.05, 0.0, 0.4};  // {post} and {with-test}
    universe_options options;
    options.root_dependencies.with_test = seed % 2 == 0;
    const universe u = small_universe(small_generator(seed, shape).files(), std::move(options));
    const alignment out = align(u, solve_all(u, {}).results, {});
    const auto layers = [&](const std::vector<solve_result>& results) {
      std::vector<solution> solutions;
      for (const solve_result& r : results) {
        if (r.solution && build_cycle(*r.solution).empty()) solutions.push_back(*r.solution);
      }
      return make_plan(u, solutions, {}).layers.size();
    };
    CHECK(out.layers_before == layers(solve_all(u, {}).results));
    CHECK(out.layers_after == layers(out.results));
  }
}

TEST_CASE("alignment can be cancelled") {
  const universe u = contested();
  const std::vector<package_id> targets = {id_of(u, "a.1"), id_of(u, "b.1")};
  const auto before = solve_all(u, targets, {}).results;
  solve_options options;
  options.progress = [](const progress_event&) { return false; };
  CHECK_THROWS_AS(static_cast<void>(align(u, before, options)), cancelled);
}
