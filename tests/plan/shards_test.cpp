#include "opamplan/plan/shards.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include "opamplan/base/error.hpp"
#include "opamplan/inspect/doctor.hpp"
#include "opamplan/plan/forecast.hpp"
#include "opamplan/plan/json.hpp"
#include "opamplan/plan/summary.hpp"
#include "plan/small_plans.hpp"

using namespace opamplan;
using namespace opamplan::test;

namespace {

constexpr strategy sharing[] = {strategy::prefix, strategy::graft, strategy::merge};

/// For builders that run one step at once, each of a second, where waves cost nothing.
shard_options plain(unsigned builders) {
  shard_options o;
  o.builders = builders;
  o.workers = 1;
  o.wave_seconds = 0;
  o.most_repeated = 0;
  o.seconds_of = [](const plan&, step_id) { return 1.0; };
  return o;
}

/// Seconds of a plan for builders as above: wave after wave, the longest shard first.
std::size_t seconds_of(const plan& p) {
  std::size_t sum = 0;
  std::map<std::uint32_t, std::vector<std::size_t>> waves;
  for (const plan_batch& b : p.batches) waves[b.wave].push_back(b.new_steps);
  for (const auto& [wave, sizes] : waves) {
    std::vector<std::size_t> builders(p.builders, 0);
    for (const std::size_t size : sizes) {
      *std::min_element(builders.begin(), builders.end()) += size;
    }
    sum += *std::max_element(builders.begin(), builders.end());
  }
  return sum;
}

/// The least that any way to give the last steps to two builders takes, after what both need.
std::size_t least_seconds(const plan& p) {
  const flat_rows<step_id> before = step_dependencies(p);
  std::set<step_id> used(before.values.begin(), before.values.end());
  std::vector<step_id> tops;
  for (const step_id s : p.steps.indices()) {
    if (used.count(s) == 0) tops.push_back(s);
  }
  std::size_t best = p.steps.size();  // one builder
  for (std::uint32_t choice = 0; choice < 1U << (tops.size() - 1); ++choice) {
    index_vector<step_id, std::uint32_t> who(p.steps.size(), 0);  // bits of those that need a step
    for (std::size_t i = 0; i < tops.size(); ++i) who[tops[i]] = (choice >> i & 1U) + 1;
    std::size_t own[4] = {};
    for (std::size_t i = p.steps.size(); i-- > 0;) {
      for (const step_id d : before[i]) who[d] |= who[step_id(i)];
      ++own[who[step_id(i)]];
    }
    best = std::min(best, std::max(own[1], own[2]) + own[3]);
  }
  return best;
}

std::vector<small_file> a_root_and(int others) {
  std::vector<small_file> files{{"root.1", ""}};
  for (int i = 0; i < others; ++i) {
    files.push_back({"t" + std::to_string(i) + ".1", R"(depends: ["root"])"});
  }
  return files;
}

std::string text_of(const std::vector<plan_finding>& findings) {
  std::string out;
  for (const plan_finding& f : findings) out += f.text + "\n";
  return out;
}

}  // namespace

TEST_CASE("every shard builds what it stands on, or reads it from the first") {
  std::size_t repeated = 0;
  for (std::uint32_t seed = 1; seed <= 30; ++seed) {
    const solved s = solve_random(seed);
    if (s.solutions.empty()) continue;
    for (const strategy each : sharing) {
      plan p = make_plan(s.in, s.solutions, with(each));
      shard_options o = plain(1 + seed % 4);
      o.most_repeated = 0.1 * (seed % 3);
      make_shards(p, o);
      CHECK(text_of(diagnose(p, p.limits)).empty());
      CHECK(p.batches.back().wave <= 1);
      const flat_rows<step_id> own = own_steps(p);
      CHECK(own.values.size() == p.steps.size() + repeated_steps(p));
      CHECK(repeated_steps(p) <= o.most_repeated * p.steps.size());
      repeated += repeated_steps(p);
      const auto before = waits_for(p);
      const auto imports = cache_imports(p);
      for (const batch_id b : p.batches.indices()) {
        CHECK(own[b].size() == p.batches[b].new_steps);
        for (const batch_id d : before[b]) CHECK(p.batches[d].wave < p.batches[b].wave);
        std::set<step_id> held(own[b].begin(), own[b].end());
        for (const batch_id d : imports[b]) {
          held.insert(p.batches[d].steps.begin(), p.batches[d].steps.end());
        }
        for (const step_id needed : p.batches[b].steps) CHECK(held.count(needed) == 1);
        CHECK(imports[b].size() <= 1);
        CHECK(std::equal(imports[b].begin(), imports[b].end(), before[b].begin(), before[b].end()));
      }
      CHECK(plan_from_json(to_json(p)) == p);
    }
  }
  CHECK(repeated > 0);
}

TEST_CASE("shards take little longer than the best there are") {
  std::size_t ours = 0;
  std::size_t best = 0;
  std::size_t tried = 0;
  std::size_t cut = 0;  // where one builder is not the best
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    const solved s = solve_random(seed);
    plan p = make_plan(s.in, s.solutions, with(strategy::graft));
    if (p.steps.empty() || p.steps.size() > 22) continue;
    make_shards(p, plain(2));
    const std::size_t least = least_seconds(p);
    REQUIRE(seconds_of(p) >= least);
    INFO("seed ", seed, ": ", seconds_of(p), " seconds, ", least, " would do");
    CHECK(2 * seconds_of(p) <= 3 * least);
    ours += seconds_of(p);
    best += least;
    ++tried;
    cut += least < p.steps.size() ? 1 : 0;
  }
  CHECK(tried > 20);
  CHECK(cut > 10);
  CHECK(10 * ours <= 11 * best);
}

TEST_CASE("two families are two shards of one wave, with nothing in common") {
  std::vector<small_file> files{{"r0.1", ""}, {"r1.1", ""}};
  for (int i = 0; i < 10; ++i) {
    files.push_back(
        {"t" + std::to_string(i) + ".1", "depends: [\"r" + std::to_string(i % 2) + "\"]"});
  }
  const solved s = solve_files(files);
  plan p = make_plan(s.in, s.solutions, with(strategy::graft));
  make_shards(p, plain(2));
  REQUIRE(p.batches.size() == 2);
  CHECK(p.batches[0].wave == p.batches[1].wave);
  CHECK(p.batches[0].steps.size() == 6);
  CHECK(p.batches[1].steps.size() == 6);
}

TEST_CASE("what all have in common is built first, by one") {
  const solved s = solve_files(a_root_and(8));
  plan p = make_plan(s.in, s.solutions, with(strategy::graft));
  make_shards(p, plain(4));
  CHECK(p.batches[0].new_steps == 1);
  CHECK(p.batches[0].wave == 0);
  CHECK(seconds_of(p) == 3);
  // Where a wave costs more than it saves, one builder does all.
  shard_options dear = plain(4);
  dear.wave_seconds = 100;
  make_shards(p, dear);
  CHECK(p.batches.size() == 1);
}

TEST_CASE("what is common and takes more than one shard is built again by those that need it") {
  // Of six, each pair is needed by one of fifteen; a shard may have five steps.
  std::vector<small_file> files;
  for (int i = 0; i < 6; ++i) {
    files.push_back({"c" + std::to_string(i) + ".1", ""});
    for (int j = 0; j < i; ++j) {
      files.push_back({"t" + std::to_string(10 * i + j) + ".1",
                       "depends: [\"c" + std::to_string(i) + "\" \"c" + std::to_string(j) + "\"]"});
    }
  }
  const solved s = solve_files(files);
  plan p = make_plan(s.in, s.solutions, with(strategy::graft));
  make_shards(p, plain(2));
  CHECK(repeated_steps(p) == 0);
  limits l = limit_profile("none");
  l.batch_steps = 5;
  p = make_plan(s.in, s.solutions, with(strategy::graft, l));
  make_shards(p, plain(2));
  CHECK(text_of(diagnose(p, l)).empty());
  CHECK(p.batches[0].new_steps <= 5);
  CHECK(repeated_steps(p) > 0);
  for (const batch_id b : p.batches.indices()) CHECK(cache_imports(p)[b].size() <= 1);
}

TEST_CASE("work is done again where that is faster, and no more than is allowed") {
  // What two builders have in common is one step; to wait for it costs two waves.
  const solved s = solve_files(a_root_and(8));
  plan p = make_plan(s.in, s.solutions, with(strategy::graft));
  shard_options o = plain(2);
  o.wave_seconds = 3;
  o.most_repeated = 0.2;
  make_shards(p, o);
  CHECK(repeated_steps(p) == 1);
  CHECK(p.batches.size() == 2);
  CHECK(cache_imports(p).values.empty());
  CHECK(waits_for(p).values.empty());
  o.most_repeated = 0.1;
  make_shards(p, o);
  CHECK(repeated_steps(p) == 0);
}

TEST_CASE("shards keep the limits of batches") {
  std::size_t several = 0;
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    const solved s = solve_random(seed);
    if (s.solutions.empty()) continue;
    std::size_t largest = 0;
    for (const solution& each : s.solutions) largest = std::max(largest, closure_of(each).size());
    limits l = limit_profile("none");
    l.batch_steps = largest + 2;
    l.batch_targets = 3;
    plan p = make_plan(s.in, s.solutions, with(strategy::graft, l));
    make_shards(p, plain(2));
    CHECK(text_of(diagnose(p, l)).empty());
    several += p.batches.size() > 2 ? 1 : 0;
  }
  CHECK(several > 5);
}

TEST_CASE("a forecast of shards has its builders at work at the same time") {
  const solved s = solve_files({{"a.1", ""}, {"b.1", ""}, {"c.1", ""}, {"d.1", ""}});
  plan p = make_plan(s.in, s.solutions, with(strategy::graft));
  forecast_options o;
  o.workers = 1;
  CHECK(forecast(p, o).makespan_seconds == 80);
  make_shards(p, plain(2));
  CHECK(forecast(p, o).makespan_seconds == 40);
  make_shards(p, plain(4));
  CHECK(forecast(p, o).makespan_seconds == 20);
}

TEST_CASE("a forecast of shards says how long builders have nothing to do") {
  // Two builders, one of which waits for what both stand on.
  const solved s =
      solve_files({{"base.1", ""}, {"a.1", R"(depends: "base")"}, {"b.1", R"(depends: "base")"}});
  plan p = make_plan(s.in, s.solutions, with(strategy::graft));
  forecast_options o;
  o.workers = 1;
  CHECK(forecast(p, o).idle_seconds == 0);
  make_shards(p, plain(2));
  const plan_summary shape = summarize(p);
  const plan_forecast f = forecast(p, o);
  CHECK(shape.builders == 2);
  CHECK(shape.shards == p.batches.size());
  CHECK(shape.repeated_steps == repeated_steps(p));
  double busy = 0;
  for (std::size_t b = 0; b < f.batch_ends.size(); ++b) busy += f.batch_ends[b] - f.batch_begins[b];
  CHECK(f.idle_seconds == 2 * f.makespan_seconds - busy);
  make_shards(p, plain(4));
  CHECK(forecast(p, o).idle_seconds == 4 * forecast(p, o).makespan_seconds - 60);
}

TEST_CASE("the doctor finds a shard that is not where its wave is, or says too much is its own") {
  const solved s = solve_files(a_root_and(4));
  plan p = make_plan(s.in, s.solutions, with(strategy::graft));
  make_shards(p, plain(2));
  REQUIRE(p.batches.size() > 1);
  plan late = p;
  late.batches[0].wave = 2;
  CHECK(text_of(diagnose(late, late.limits)).find("is over") != std::string::npos);
  for (plan_batch& b : p.batches) b.wave = 0;
  CHECK(text_of(diagnose(p, p.limits)).find("in no wave before it") != std::string::npos);
}

TEST_CASE("chain has no shards, and nobody builds nothing") {
  const solved s = solve_files(diamond());
  plan p = make_plan(s.in, s.solutions, with(strategy::chain));
  CHECK_THROWS_WITH_AS(make_shards(p, plain(2)), doctest::Contains("each target alone"),
                       invalid_request);
  p = make_plan(s.in, s.solutions, with(strategy::graft));
  CHECK_THROWS_AS(make_shards(p, plain(0)), invalid_request);
  CHECK_THROWS_WITH_AS(make_shards(p, plain(4'000'000'000U)), doctest::Contains("10000 builders"),
                       invalid_request);
}
