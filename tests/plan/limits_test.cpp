#include "opamplan/plan/limits.hpp"

#include <doctest/doctest.h>

#include "opamplan/base/error.hpp"
#include "opamplan/plan/summary.hpp"
#include "plan/small_plans.hpp"

using namespace opamplan;
using namespace opamplan::test;

TEST_CASE("layers of the base image above the usual ones are steps less") {
  const limits docker = limit_profile("docker");
  CHECK(on_base(docker, 0) == docker);
  CHECK(on_base(docker, usual_base_layers) == docker);
  CHECK(on_base(docker, 31).depth == 113 - 22);
  CHECK(on_base(limit_profile("none"), 1000).depth == 0);  // no limit
  CHECK(on_base(docker, 121).depth == 1);
  CHECK_THROWS_WITH_AS(static_cast<void>(on_base(docker, 122)), doctest::Contains("leaves no room"),
                       invalid_request);
}

TEST_CASE("images on a base of many layers keep the builder's limit") {
  const solved s = solve_random(7);
  limits l = depth_limit(12);
  l = on_base(l, 17);
  for (const strategy each : all_strategies) {
    CHECK(summarize(make_plan(s.in, s.solutions, with(each, l))).max_depth <= 4);
  }
}
