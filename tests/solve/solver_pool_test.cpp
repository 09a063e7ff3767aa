#include "opamplan/solve/solver_pool.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

#include "opamplan/base/error.hpp"
#include "solve/small.hpp"

using namespace opamplan;
using namespace opamplan::test;

namespace {

universe random_universe(std::uint32_t seed, bool with_test) {
  universe_options options;
  options.root_dependencies.with_test = with_test;
  options.avoid_version = avoid_rule::opam;
  return small_universe(
      small_generator(seed, {150, 4, 4, 0.3, 0.2, 0.1, 0.05, 0.1, 0.01, 0.4}).files(), options);
}

std::vector<std::string> fresh_answers(const universe& u) {
  std::vector<std::string> out;
  for (const package_id p : u.repository().packages()) {
    out.push_back(answer_text(u, solver(u, {}).solve(p)));
  }
  return out;
}

}  // namespace

TEST_CASE("answers of kept solvers are those of new ones, whatever came before and on any thread") {
  std::size_t solved = 0;
  for (std::uint32_t seed = 0; seed < 6; ++seed) {
    const universe u = random_universe(seed, seed % 2 == 0);
    const std::vector<std::string> expected = fresh_answers(u);
    const auto size = static_cast<std::uint32_t>(u.repository().size());
    std::vector<std::string> forwards(size);
    std::vector<std::string> backwards(size);
    solver_pool pool(u, {});
    std::thread other([&] {
      for (std::uint32_t i = 0; i < size; ++i) {
        forwards[i] = answer_text(u, pool.solve(package_id{i}));
      }
    });
    for (std::uint32_t i = size; i-- > 0;) {
      backwards[i] = answer_text(u, pool.solve(package_id{i}));
    }
    other.join();
    CHECK(forwards == expected);
    CHECK(backwards == expected);
    for (const std::string& text : expected) solved += text == "no_solution" ? 0 : 1;
  }
  CHECK(solved > 500);
}

TEST_CASE("names and versions are asked of one pool") {
  const universe u = small_universe({{"a.1", R"(depends: ["b"])"}, {"b.1"}, {"b.2"}});
  solver_pool pool(u, {});
  CHECK(answer_text(u, pool.solve(u.repository().find_name("a"))) == "a.1 b.2");
  CHECK(answer_text(u, pool.solve(id_of(u, "b.1"))) == "b.1");
}

TEST_CASE("a pool is of use after a request that is wrong or cancelled") {
  const universe u = random_universe(1, true);
  std::atomic<bool> go_on = false;
  solve_options options;
  options.progress = [&](const progress_event&) { return go_on.load(); };
  solver_pool pool(u, options);
  std::size_t ended = 0;  // asked only now and then: not all are
  for (const package_id p : u.repository().packages()) {
    try {
      static_cast<void>(pool.solve(p));
    } catch (const cancelled&) {
      ++ended;
    }
  }
  CHECK(ended > 0);
  go_on = true;
  const std::vector<std::string> expected = fresh_answers(u);
  for (const package_id p : u.repository().packages()) {
    CHECK(answer_text(u, pool.solve(p)) == expected[p]);
  }
  solve_options wrong;
  wrong.roots = {{"no-such-package", {}}};
  solver_pool other(u, wrong);
  CHECK_THROWS_AS(static_cast<void>(other.solve(package_id{0})), invalid_request);
}
