#include "opamplan/plan/forecast.hpp"

#include <doctest/doctest.h>

#include "opamplan/plan/build_keys.hpp"
#include "plan/small_plans.hpp"

using namespace opamplan;
using namespace opamplan::test;

namespace {

plan_forecast on(const plan& p, unsigned workers) {
  forecast_options o;
  o.workers = workers;
  o.seconds_of = [](const plan& of, step_id s) {
    return 1.0 + static_cast<double>(of.steps[s].installs[0] % 5);
  };
  return forecast(p, o);
}

}  // namespace

TEST_CASE("the diamond, by hand") {
  const solved s = solve_files(diamond());
  const plan p = make_plan(s.in, s.solutions, {});
  forecast_options o;
  o.seconds_of = [](const plan& of, step_id step) {
    return first_package(of, step).name == "left" ? 30.0 : 10.0;
  };
  o.workers = 1;
  CHECK(forecast(p, o).makespan_seconds == 70);
  o.workers = 2;
  const plan_forecast f = forecast(p, o);
  CHECK(f.work_seconds == 70);
  CHECK(f.makespan_seconds == 50);
  CHECK(f.critical_seconds == 50);
  std::string path;
  for (const step_id step : f.critical_path) {
    path += first_package(p, step).name + " ";
  }
  CHECK(path == "base left top ");
  CHECK(f.batch_ends == std::vector<double>{50});
}

TEST_CASE("no schedule beats the bounds, and none is worse than Graham's") {
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    const solved s = solve_random(seed);
    if (s.solutions.empty()) continue;
    const plan p = make_plan(s.in, s.solutions, {});  // one batch
    double last = on(p, 1).makespan_seconds;
    CHECK(last == doctest::Approx(on(p, 1).work_seconds));
    for (const unsigned workers : {2U, 3U, 8U, 1000U}) {
      const plan_forecast f = on(p, workers);
      const double bound = std::max(f.critical_seconds, f.work_seconds / workers);
      CHECK(f.makespan_seconds >= bound - 1e-9);
      CHECK(f.makespan_seconds <=
            f.work_seconds / workers + f.critical_seconds * (1 - 1.0 / workers) + 1e-9);
    }
    CHECK(on(p, 1000).makespan_seconds == doctest::Approx(on(p, 1000).critical_seconds));
  }
}

TEST_CASE("in a schedule no worker does two things, and no step starts before what it needs") {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    const solved s = solve_random(seed);
    if (s.solutions.empty()) continue;
    const plan p = make_plan(s.in, s.solutions, {});
    const auto needs = step_dependencies(p);
    const plan_forecast f = on(p, 3);
    CAPTURE(seed);
    REQUIRE(f.schedule.size() == f.steps);
    std::vector<double> free(3, 0);
    index_vector<step_id, double> ends(p.steps.size());
    double last = 0;
    for (const scheduled_step& each : f.schedule) {
      REQUIRE(each.worker < free.size());
      CHECK(each.start >= free[each.worker]);
      for (const step_id need : needs[each.step]) CHECK(each.start >= ends[need]);
      CHECK(each.start >= last);
      last = each.start;
      free[each.worker] = ends[each.step] = each.end;
    }
    CHECK(*std::max_element(free.begin(), free.end()) == f.makespan_seconds);
  }
}

TEST_CASE("what is built already takes no time") {
  auto files = diamond();
  const solved before = solve_files(files);
  const plan old = make_plan(before.in, before.solutions, {});
  const auto built = sorted_build_keys(old);
  forecast_options o;
  o.built = built;
  const plan_forecast none = forecast(old, o);
  CHECK(none.steps == 0);
  CHECK(none.built == 5);
  CHECK(none.makespan_seconds == 0);

  files[1].fields += "\nbuild: [make]";  // left
  const solved after = solve_files(files);
  const plan_forecast some = forecast(make_plan(after.in, after.solutions, {}), o);
  CHECK(some.steps == 2);
  CHECK(some.built == 3);
}

TEST_CASE("batches run one after the other") {
  const solved s = solve_files(diamond());
  limits l = limit_profile("none");
  l.batch_targets = 1;
  const plan p = make_plan(s.in, s.solutions, with(strategy::graft, l));
  const plan_forecast f = forecast(p, {});
  REQUIRE(f.batch_ends.size() == p.batches.size());
  CHECK(std::is_sorted(f.batch_ends.begin(), f.batch_ends.end()));
  CHECK(f.batch_ends.back() == f.makespan_seconds);
}
