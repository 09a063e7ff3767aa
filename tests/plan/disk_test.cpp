#include "opamplan/plan/disk.hpp"

#include <doctest/doctest.h>

#include "opamplan/plan/forecast.hpp"
#include "plan/small_plans.hpp"

using namespace opamplan;
using namespace opamplan::test;

namespace {

/// Without system packages: base, left and right on it, and top on both, which are 10, 200, 3,000
/// and 40,000 bytes.
plan sized_diamond(strategy how) {
  const solved s = solve_files(diamond());
  plan_options o;
  o.strategy = how;
  plan p = make_plan(s.in, s.solutions, o);
  for (plan_package& of : p.packages) {
    of.size = of.name == "base"    ? 10
              : of.name == "left"  ? 200
              : of.name == "right" ? 3'000
                                   : 40'000;
  }
  for (plan_step& step : p.steps) step.depexts.clear();
  return p;
}

}  // namespace

TEST_CASE("without sizes each step takes what it took on the average where it was measured") {
  const solved s = solve_files(diamond());
  const plan p = make_plan(s.in, s.solutions, {});
  CHECK_FALSE(has_sizes(p));
  CHECK(disk_bytes(p) == p.steps.size() * default_step_bytes);
  CHECK(disk_bytes(p, step_keys(p)) == 0);
}

TEST_CASE("what is grafted is stored again, what is merged is not") {
  const plan grafted = sized_diamond(strategy::graft);
  CHECK(has_sizes(grafted));
  // top stands on left or right, and copies the other.
  const std::uint64_t own = 43'210;
  CHECK((disk_bytes(grafted) == own + 200 || disk_bytes(grafted) == own + 3'000));
  CHECK(disk_bytes(sized_diamond(strategy::merge)) == own);
  // In a chain nothing is copied, and equal steps are one.
  CHECK(disk_bytes(sized_diamond(strategy::chain)) == own);
}

TEST_CASE("system packages are counted by the runs of the package manager") {
  plan p = sized_diamond(strategy::merge);
  const std::uint64_t before = disk_bytes(p);
  p.steps[step_id(0)].depexts = {"libgmp-dev"};
  CHECK(disk_bytes(p) == before + default_system_bytes);
}
