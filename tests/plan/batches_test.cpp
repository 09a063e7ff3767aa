#include "opamplan/plan/batches.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "opamplan/inspect/doctor.hpp"
#include "opamplan/plan/summary.hpp"
#include "plan/small_plans.hpp"

using namespace opamplan;
using namespace opamplan::test;

namespace {

void check_batches(const plan& p) {
  std::vector<int> in_batch(p.targets.size(), 0);
  std::set<step_id> built;
  for (const plan_batch& b : p.batches) {
    CHECK(std::is_sorted(b.steps.begin(), b.steps.end()));
    CHECK(!b.targets.empty());
    std::size_t fresh = 0;
    for (const step_id s : b.steps) fresh += built.insert(s).second ? 1 : 0;
    CHECK(b.new_steps == fresh);
    for (const target_id t : b.targets) {
      ++in_batch[t];
      CHECK(std::binary_search(b.steps.begin(), b.steps.end(), p.targets[t].step));
    }
  }
  CHECK(std::all_of(in_batch.begin(), in_batch.end(), [](int n) { return n == 1; }));
  CHECK(built.size() == p.steps.size());
}

}  // namespace

TEST_CASE("without limits there is one batch") {
  const solved s = solve_random(3);
  const plan p = make_plan(s.in, s.solutions, {});
  CHECK(p.batches.size() == 1);
  check_batches(p);
}

TEST_CASE("batches keep every limit, hold every target once and every step they need") {
  std::size_t several = 0;
  for (std::uint32_t seed = 1; seed <= 30; ++seed) {
    const solved s = solve_random(seed);
    if (s.solutions.empty()) continue;
    std::size_t largest = 0;
    for (const solution& each : s.solutions) largest = std::max(largest, closure_of(each).size());
    for (const strategy each : all_strategies) {
      limits l = limit_profile("none");
      l.batch_targets = 3;
      plan p = make_plan(s.in, s.solutions, with(each, l));
      check_batches(p);
      CHECK(diagnose(p, l).empty());
      l = limit_profile("none");
      l.batch_steps = largest + 2;
      p = make_plan(s.in, s.solutions, with(each, l));
      check_batches(p);
      CHECK(diagnose(p, l).empty());
      several += p.batches.size() > 1 ? 1 : 0;
      l = limit_profile("none");
      l.file_bytes = 60'000;
      l.definition_bytes = 120'000;
      p = make_plan(s.in, s.solutions, with(each, l));
      check_batches(p);
      CHECK(diagnose(p, l).empty());
      l = limit_profile("none");
      l.cache_record_bytes = 40'000;
      p = make_plan(s.in, s.solutions, with(each, l));
      check_batches(p);
      CHECK(diagnose(p, l).empty());
      CHECK(summarize(p).largest_cache_record <= 40'000);
    }
  }
  CHECK(several > 30);
}

TEST_CASE("a target too large for a limit gets a batch of its own, and the doctor says so") {
  const solved s = solve_files(diamond());
  limits l = limit_profile("none");
  l.batch_steps = 2;
  const plan p = make_plan(s.in, s.solutions, with(strategy::graft, l));
  check_batches(p);
  const auto findings = diagnose(p, l);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].limit == "batch_steps");
  CHECK(findings[0].value == 4);
  CHECK(findings[0].allowed == 2);
}

TEST_CASE("targets that share work are in one batch") {
  // Two families of five, listed in turns.
  std::vector<small_file> files{{"r0.1", ""}, {"r1.1", ""}};
  for (int i = 0; i < 10; ++i) {
    files.push_back(
        {"t" + std::to_string(i) + ".1", "depends: [\"r" + std::to_string(i % 2) + "\"]"});
  }
  const solved s = solve_files(files);
  limits l = limit_profile("none");
  l.batch_targets = 6;
  const plan p = make_plan(s.in, s.solutions, with(strategy::graft, l));
  REQUIRE(p.batches.size() == 2);
  CHECK(p.batches[0].steps.size() + p.batches[1].steps.size() == p.steps.size());
}
