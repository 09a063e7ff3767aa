/// \file
/// Planning from solutions: each strategy, growth with the number of targets, and what is said of
/// plans. The repository is the folder OPAMPLAN_CORPUS (with `packages/`); all rows are skipped
/// without it. One core: planning describes packages on several threads, so `Time` may be less than
/// `CPU`, which is the figure that counts.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <numeric>
#include <opamplan/base/impl/sha256_blocks.hpp>
#include <opamplan/base/sha256.hpp>
#include <opamplan/inspect/doctor.hpp>
#include <opamplan/plan/contents.hpp>
#include <opamplan/plan/difference.hpp>
#include <opamplan/plan/forecast.hpp>
#include <opamplan/plan/json.hpp>
#include <opamplan/plan/layers.hpp>
#include <opamplan/plan/make.hpp>
#include <opamplan/repository/load.hpp>
#include <opamplan/solve/solver.hpp>
#include <string>
#include <vector>

namespace {

using namespace opamplan;

struct corpus {
  universe in;
  std::vector<solution> solutions;
};

/// The solutions of the latest version of every name with OCaml 5.3.0, solved once.
const corpus* all_solutions(benchmark::State& state) {
  static const std::unique_ptr<corpus> loaded = []() -> std::unique_ptr<corpus> {
    const char* const path = std::getenv("OPAMPLAN_CORPUS");
    if (path == nullptr) return nullptr;
    const environment env = with_ocaml(preset_environment("debian-13"), "5.3.0");
    auto c = std::make_unique<corpus>(
        corpus{make_universe(load_repository(directory_source{path}), env), {}});
    solve_options options;
    options.roots = {{"ocaml", version_formula::of({relop::eq, "5.3.0"})}};
    for (solve_result& r : solve_all(c->in, options).results) {
      if (r.solution) c->solutions.push_back(std::move(*r.solution));
    }
    return c;
  }();
  if (!loaded) state.SkipWithError("set OPAMPLAN_CORPUS");
  return loaded.get();
}

plan plan_of(const corpus& c, strategy s, std::size_t targets) {
  plan_options options;
  options.strategy = s;
  // Every k-th target, so that a part is as mixed as the whole.
  std::vector<solution> part;
  const std::size_t step = std::max<std::size_t>(1, c.solutions.size() / targets);
  for (std::size_t i = 0; i < c.solutions.size() && part.size() < targets; i += step) {
    part.push_back(c.solutions[i]);
  }
  return make_plan(c.in, part, options);
}

void make(benchmark::State& state, strategy s) {
  const corpus* const c = all_solutions(state);
  if (c == nullptr) return;
  plan_options options;
  options.strategy = s;
  for (auto _ : state) {
    const plan p = make_plan(c->in, c->solutions, options);
    state.counters["steps"] = static_cast<double>(p.steps.size());
  }
  state.counters["targets"] = static_cast<double>(c->solutions.size());
}
BENCHMARK_CAPTURE(make, graft, strategy::graft)->MeasureProcessCPUTime();
BENCHMARK_CAPTURE(make, prefix, strategy::prefix)->MeasureProcessCPUTime();
BENCHMARK_CAPTURE(make, chain, strategy::chain)->MeasureProcessCPUTime();

void growth(benchmark::State& state, strategy s) {
  const corpus* const c = all_solutions(state);
  if (c == nullptr) return;
  for (auto _ : state) {
    benchmark::DoNotOptimize(plan_of(*c, s, static_cast<std::size_t>(state.range(0))));
  }
  state.SetComplexityN(state.range(0));
}
BENCHMARK_CAPTURE(growth, graft, strategy::graft)
    ->RangeMultiplier(2)
    ->Range(128, 2048)
    ->MeasureProcessCPUTime()
    ->Complexity();
BENCHMARK_CAPTURE(growth, prefix, strategy::prefix)
    ->RangeMultiplier(2)
    ->Range(128, 2048)
    ->MeasureProcessCPUTime()
    ->Complexity();

template <class Work>
void on_the_whole(benchmark::State& state, Work work) {
  const corpus* const c = all_solutions(state);
  if (c == nullptr) return;
  const plan p = make_plan(c->in, c->solutions, {});
  for (auto _ : state) work(p);
}
void carry_out(benchmark::State& state) {
  on_the_whole(state, [](const plan& p) { benchmark::DoNotOptimize(problems_of(p)); });
}
BENCHMARK(carry_out);
void examine(benchmark::State& state) {
  on_the_whole(state, [](const plan& p) { benchmark::DoNotOptimize(diagnose(p, p.limits)); });
}
BENCHMARK(examine);
void schedule(benchmark::State& state) {
  on_the_whole(state, [](const plan& p) { benchmark::DoNotOptimize(forecast(p, {})); });
}
BENCHMARK(schedule);
void write_json(benchmark::State& state) {
  on_the_whole(state, [](const plan& p) { benchmark::DoNotOptimize(to_json(p)); });
}
BENCHMARK(write_json);
void read_json(benchmark::State& state) {
  on_the_whole(state, [text = std::string()](const plan& p) mutable {
    if (text.empty()) text = to_json(p);
    benchmark::DoNotOptimize(plan_from_json(text));
  });
}
BENCHMARK(read_json);
void difference(benchmark::State& state) {
  const corpus* const c = all_solutions(state);
  if (c == nullptr) return;
  const plan before = plan_of(*c, strategy::graft, 3000);
  const plan after = make_plan(c->in, c->solutions, {});
  for (auto _ : state) benchmark::DoNotOptimize(compare(before, after));
}
BENCHMARK(difference);

/// `size` packages of which each is built on all before it; `whole`: the first needs the last
/// through post, so that all are one group.
solution dense_solution(std::uint32_t size, bool whole) {
  solution s;
  s.target = package_id{size - 1};
  for (std::uint32_t i = 0; i < size; ++i) {
    s.packages.push_back(package_id{i});
    for (std::uint32_t d = 0; d < i; ++d) s.dependencies.values.push_back(d);
    s.dependencies.close_row();
    if (whole && i == 0) s.post_dependencies.values.push_back(size - 1);
    s.post_dependencies.close_row();
  }
  return s;
}
void make_dense_layers(benchmark::State& state, const std::vector<solution>& solutions) {
  const auto size = static_cast<std::uint32_t>(state.range(0));
  std::vector<plan_package> packages(size);
  std::vector<plan_package_id> index_of;
  for (std::uint32_t n = 0; n < size; ++n) index_of.emplace_back(n);
  std::vector<const solution*> pointers;
  for (const solution& s : solutions) pointers.push_back(&s);
  for (auto _ : state) {
    benchmark::DoNotOptimize(make_layers(pointers, index_of, packages, {}));
  }
}
/// Each package is a target: the solutions hold a sixth of the cube of `size` edges.
void layers_of_dense_targets(benchmark::State& state) {
  std::vector<solution> solutions;
  for (std::uint32_t n = 1; n <= state.range(0); ++n) {
    solutions.push_back(dense_solution(n, false));
  }
  make_dense_layers(state, solutions);
}
BENCHMARK(layers_of_dense_targets)->Arg(300)->Arg(1000);
void layers_of_dense_group(benchmark::State& state) {
  make_dense_layers(state, {dense_solution(static_cast<std::uint32_t>(state.range(0)), true)});
}
BENCHMARK(layers_of_dense_group)->Arg(300)->Arg(1000)->Arg(2000);

/// Plans are named by digests: of layers, opam files, steps of LLB.
void digest_of(benchmark::State& state, base_impl::sha256_blocks with) {
  if (with == nullptr) return state.SkipWithError("this processor has no instructions for it");
  const std::string text(1U << 20U, 'x');
  for (auto _ : state) benchmark::DoNotOptimize(sha256(with).add(text).finish());
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}
BENCHMARK_CAPTURE(digest_of, portable, base_impl::portable_sha256_blocks);
BENCHMARK_CAPTURE(digest_of, native, base_impl::native_sha256_blocks());

}  // namespace

BENCHMARK_MAIN();
