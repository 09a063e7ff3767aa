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
  o.most_waves = 100;
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

/// The least that any way to give the last steps to two builders takes, and their common steps to
/// two again, and so on.
class best_of_all {
 public:
  explicit best_of_all(const plan& p) : before_(step_dependencies(p)) {}

  std::size_t operator()(const std::vector<step_id>& rest) {
    if (rest.empty()) return 0;
    if (const auto known = known_.find(rest); known != known_.end()) return known->second;
    std::set<step_id> used;
    for (const step_id s : rest) used.insert(before_[s].begin(), before_[s].end());
    std::vector<step_id> tops;
    for (const step_id s : rest) {
      if (used.count(s) == 0) tops.push_back(s);
    }
    std::size_t best = rest.size();  // one builder
    for (std::uint32_t choice = 0; choice < 1U << (tops.size() - 1); ++choice) {
      std::map<step_id, std::uint32_t> who;  // bits of the builders that need a step
      for (std::size_t i = 0; i < tops.size(); ++i) who[tops[i]] = (choice >> i & 1U) + 1;
      std::size_t own[4] = {};
      std::vector<step_id> common;
      for (std::size_t i = rest.size(); i-- > 0;) {
        const std::uint32_t needs = who[rest[i]];
        for (const step_id d : before_[rest[i]]) who[d] |= needs;
        ++own[needs];
        if (needs == 3) common.insert(common.begin(), rest[i]);
      }
      if (common.size() < rest.size())
        best = std::min(best, std::max(own[1], own[2]) + (*this)(common));
    }
    return known_[rest] = best;
  }

 private:
  flat_rows<step_id> before_;
  std::map<std::vector<step_id>, std::size_t> known_;
};

std::size_t least_seconds(const plan& p) {
  std::vector<step_id> all;
  for (const step_id s : p.steps.indices()) all.push_back(s);
  return best_of_all(p)(all);
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

TEST_CASE("every step is built by one shard, after those that it stands on") {
  for (std::uint32_t seed = 1; seed <= 30; ++seed) {
    const solved s = solve_random(seed);
    if (s.solutions.empty()) continue;
    for (const strategy each : sharing) {
      plan p = make_plan(s.in, s.solutions, with(each));
      make_shards(p, plain(1 + seed % 4));
      CHECK(text_of(diagnose(p, p.limits)).empty());
      std::size_t built = 0;
      for (const plan_batch& b : p.batches) built += b.new_steps;
      CHECK(built == p.steps.size());
      const auto before = waits_for(p);
      const auto imports = cache_imports(p);
      for (const batch_id b : p.batches.indices()) {
        CHECK(own_steps(p, b).size() == p.batches[b].new_steps);
        for (const batch_id d : before[b]) CHECK(p.batches[d].wave < p.batches[b].wave);
        std::set<step_id> held;
        for (const step_id own : own_steps(p, b)) held.insert(own);
        for (const batch_id d : imports[b]) {
          held.insert(p.batches[d].steps.begin(), p.batches[d].steps.end());
        }
        for (const step_id needed : p.batches[b].steps) CHECK(held.count(needed) == 1);
        CHECK(imports[b].size() <= before[b].size());
      }
      CHECK(plan_from_json(to_json(p)) == p);
    }
  }
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

TEST_CASE("of two waves each shard reads one cache at most") {
  std::size_t cut = 0;
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    const solved s = solve_random(seed);
    if (s.solutions.empty()) continue;
    plan p = make_plan(s.in, s.solutions, with(strategy::graft));
    shard_options o = plain(3);
    o.most_waves = 2;
    make_shards(p, o);
    CHECK(text_of(diagnose(p, p.limits)).empty());
    CHECK(p.batches.back().wave <= 1);
    for (const batch_id b : p.batches.indices()) CHECK(cache_imports(p)[b].size() <= 1);
    cut += p.batches.size() > 1 ? 1 : 0;
  }
  CHECK(cut > 10);
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

TEST_CASE("the doctor finds what two shards of a wave both build") {
  const solved s = solve_files(a_root_and(4));
  plan p = make_plan(s.in, s.solutions, with(strategy::graft));
  make_shards(p, plain(2));
  for (plan_batch& b : p.batches) b.wave = 0;
  CHECK(text_of(diagnose(p, p.limits)).find("of the same wave") != std::string::npos);
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
