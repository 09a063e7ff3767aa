#include "opamplan/plan/disk.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <map>
#include <string>

#include "opamplan/plan/build_keys.hpp"
#include "opamplan/plan/forecast.hpp"
#include "plan/small_plans.hpp"

using namespace opamplan;
using namespace opamplan::test;

namespace {

/// Without system packages: base, left and right on it, top on both, and alone.
plan sized_diamond(strategy how) {
  static const std::map<std::string, std::uint64_t> sizes{
      {"base", 10}, {"left", 200}, {"right", 3'000}, {"top", 40'000}, {"alone", 500'000}};
  const solved s = solve_files(diamond());
  plan_options o;
  o.strategy = how;
  plan p = make_plan(s.in, s.solutions, o);
  for (plan_package& of : p.packages) of.size = sizes.at(of.name);
  for (plan_step& step : p.steps) step.depexts.clear();
  return p;
}

}  // namespace

TEST_CASE("without sizes each step takes what it took on the average where it was measured") {
  const solved s = solve_files(diamond());
  const plan p = make_plan(s.in, s.solutions, {});
  CHECK_FALSE(has_sizes(p));
  CHECK(disk_bytes(p) == p.steps.size() * default_step_bytes);
  CHECK(disk_bytes(p, sorted_build_keys(p)) == 0);
}

TEST_CASE("what is grafted is stored again, what is merged is not") {
  const plan grafted = sized_diamond(strategy::graft);
  CHECK(has_sizes(grafted));
  // top stands on left or right, and copies the other.
  const std::uint64_t own = 543'210;
  CHECK((disk_bytes(grafted) == own + 200 || disk_bytes(grafted) == own + 3'000));
  CHECK(disk_bytes(sized_diamond(strategy::merge)) == own);
  // In a chain nothing is copied, but what stands on other things is built again: here right or
  // left, for itself and below top.
  const std::uint64_t chained = disk_bytes(sized_diamond(strategy::chain));
  CHECK((chained == own + 200 || chained == own + 3'000));
}

TEST_CASE("system packages are counted by the runs of the package manager") {
  plan p = sized_diamond(strategy::merge);
  const std::uint64_t before = disk_bytes(p);
  p.steps[step_id(0)].depexts = {"libgmp-dev"};
  CHECK(disk_bytes(p) == before + default_system_bytes);
  const auto known = [](std::uint64_t bytes) {
    return [bytes](const plan_step&) { return bytes > 0 ? std::optional(bytes) : std::nullopt; };
  };
  CHECK(disk_bytes(p, {}, known(7)) == before + 7);
  CHECK(disk_bytes(p, {}, known(0)) == before + default_system_bytes);
}
