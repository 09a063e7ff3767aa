/// \file
/// Solving: the universe, one request, the whole repository, every version, and growth with the
/// number of targets. The repository is the folder OPAMPLAN_CORPUS (with `packages/`); all rows are
/// skipped without it. One thread unless the row's name says otherwise. With
/// `--universes N`, `--passes N` and their like nothing is timed: see `work_without_timing`.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <opamplan/repository/load.hpp>
#include <opamplan/solve/solver.hpp>
#include <opamplan/solve/solver_pool.hpp>
#include <opamplan/solve/universe.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace opamplan;

struct corpus {
  repository files;
  environment where;
  universe in;
};

/// opam-repository on Debian 12 with OCaml 5.3.0, read once.
const corpus* loaded(benchmark::State& state) {
  static const std::unique_ptr<corpus> c = []() -> std::unique_ptr<corpus> {
    const char* const path = std::getenv("OPAMPLAN_CORPUS");
    if (path == nullptr) return nullptr;
    const environment env = with_ocaml(preset_environment("debian-12"), "5.3.0");
    const repository files = load_repository(directory_source{path});
    return std::make_unique<corpus>(corpus{files, env, make_universe(files, env)});
  }();
  if (!c) state.SkipWithError("set OPAMPLAN_CORPUS");
  return c.get();
}

solve_options request_options(unsigned threads = 1) {
  solve_options options;
  options.roots = {{"ocaml", version_formula::of({relop::eq, "5.3.0"})}};
  options.threads = threads;
  return options;
}

/// A folder for caches, while it lasts.
struct cache_folder {
  cache_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "opamplan-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  cache_folder(const cache_folder&) = delete;
  cache_folder& operator=(const cache_folder&) = delete;
  ~cache_folder() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

/// The first universe of a repository, which reads what its files declare; a cache tells where.
void first_universe(benchmark::State& state, bool from_cache) {
  const corpus* const c = loaded(state);
  if (c == nullptr) return;
  const cache_folder caches;
  load_options loading;
  if (from_cache) loading.cache_directory = caches.path.string();
  const directory_source from{std::getenv("OPAMPLAN_CORPUS")};
  (void)load_repository(from, loading);  // writes the cache
  universe_options options;
  options.threads = static_cast<unsigned>(state.range(0));
  for (auto _ : state) {
    state.PauseTiming();
    std::optional<repository> files = load_repository(from, loading);
    state.ResumeTiming();
    benchmark::DoNotOptimize(make_universe(*files, c->where, options));
    state.PauseTiming();
    files.reset();
    state.ResumeTiming();
  }
}
BENCHMARK_CAPTURE(first_universe, read, false)
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->Iterations(3)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(first_universe, cached, true)
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->Iterations(5)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

/// A further environment of the same repository, by itself.
void further_universe(benchmark::State& state) {
  const corpus* const c = loaded(state);
  if (c == nullptr) return;
  universe_options options;
  options.threads = static_cast<unsigned>(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(make_universe(c->files, c->where, options));
}
BENCHMARK(further_universe)
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

/// Environment number i of a matrix.
environment environment_of_matrix(int i) {
  static constexpr const char* systems[] = {"debian-12", "debian-13", "alpine-3.22"};
  static constexpr const char* compilers[] = {"5.3.0", "4.14.2", "5.4.0", "5.0.0", "5.2.1"};
  return with_ocaml(preset_environment(systems[i % 3]), compilers[i / 3 % 5]);
}

/// One that is made like the one before, as in a matrix.
void universe_like_another(benchmark::State& state) {
  const corpus* const c = loaded(state);
  if (c == nullptr) return;
  universe last = c->in;
  int i = 0;
  for (auto _ : state) {
    last = make_universe(c->files, environment_of_matrix(++i), last.options(), last);
  }
}
BENCHMARK(universe_like_another)->Unit(benchmark::kMillisecond);

/// Two names of so many versions, each version of one with an interval of the other's.
void many_versions(benchmark::State& state) {
  memory_source from;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    const std::string v = std::to_string(i);
    from.files.push_back({"m." + v + "/opam", "opam-version: \"2.0\"\n"});
    from.files.push_back({"p." + v + "/opam", "opam-version: \"2.0\"\ndepends: [\"m\" {>= \"" + v +
                                                  "\" & < \"" + std::to_string(i + 100) +
                                                  "\"}]\n"});
  }
  universe_options options;
  options.threads = 1;
  for (auto _ : state) {
    state.PauseTiming();
    const repository files = load_repository(from);
    state.ResumeTiming();
    benchmark::DoNotOptimize(make_universe(files, environment(), options));
  }
}
BENCHMARK(many_versions)
    ->ArgName("versions")
    ->Arg(2'000)
    ->Arg(20'000)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

/// A chain of so many names of two versions each that ends in a name that is missing.
void unsatisfiable_chain(benchmark::State& state) {
  memory_source from;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    const std::string name = "p" + std::to_string(i);
    const std::string fields =
        "opam-version: \"2.0\"\ndepends: [\"p" + std::to_string(i + 1) + "\"]\n";
    for (const char* version : {".1", ".2"})
      from.files.push_back({name + version + "/opam", fields});
  }
  const universe in = make_universe(load_repository(from), environment());
  const package_id first = in.repository().find("p0.2");
  for (auto _ : state) {
    solver s(in, {});
    benchmark::DoNotOptimize(s.solve(first));
  }
}
BENCHMARK(unsatisfiable_chain)
    ->ArgName("names")
    ->Arg(1'000)
    ->Arg(4'000)
    ->Arg(8'000)
    ->Unit(benchmark::kMillisecond);

/// One request with a solver that knows nothing yet.
void solve_one(benchmark::State& state, const char* name) {
  const corpus* const c = loaded(state);
  if (c == nullptr) return;
  const name_id id = c->files.find_name(name);
  for (auto _ : state) {
    solver s(c->in, request_options());
    benchmark::DoNotOptimize(s.solve(id));
  }
}
BENCHMARK_CAPTURE(solve_one, dune, "dune")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(solve_one, irmin, "irmin")->Unit(benchmark::kMicrosecond);

void solve_latest(benchmark::State& state) {
  const corpus* const c = loaded(state);
  if (c == nullptr) return;
  const std::vector<package_id> targets = c->in.latest();
  const solve_options options = request_options(static_cast<unsigned>(state.range(0)));
  for (auto _ : state) {
    const solve_summary done = solve_all(c->in, targets, options);
    state.counters["decisions"] = static_cast<double>(done.statistics.decisions);
    state.counters["conflicts"] = static_cast<double>(done.statistics.conflicts);
  }
  state.counters["targets"] = static_cast<double>(targets.size());
}
BENCHMARK(solve_latest)
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

universe_options with_tests() {
  universe_options options;
  options.root_dependencies.with_test = true;
  options.root_dependencies.with_doc = true;
  return options;
}

/// The same with the tests and documentation of each target.
void solve_latest_with_tests(benchmark::State& state) {
  const corpus* const c = loaded(state);
  if (c == nullptr) return;
  const universe in = make_universe(c->files, c->where, with_tests());
  const std::vector<package_id> targets = in.latest();
  for (auto _ : state) benchmark::DoNotOptimize(solve_all(in, targets, request_options()));
  state.counters["targets"] = static_cast<double>(targets.size());
}
BENCHMARK(solve_latest_with_tests)->Unit(benchmark::kMillisecond);

/// The same as requests that come one by one.
void solve_one_by_one(benchmark::State& state) {
  const corpus* const c = loaded(state);
  if (c == nullptr) return;
  const std::vector<package_id> targets = c->in.latest();
  for (auto _ : state) {
    solver_pool pool(c->in, request_options());
    for (const package_id target : targets) benchmark::DoNotOptimize(pool.solve(target));
  }
}
BENCHMARK(solve_one_by_one)->Unit(benchmark::kMillisecond);

/// How long single targets take, in a solver that keeps what it learns.
void each_target(benchmark::State& state) {
  const corpus* const c = loaded(state);
  if (c == nullptr) return;
  const std::vector<package_id> targets = c->in.latest();
  std::vector<double> microseconds;
  for (auto _ : state) {
    microseconds.clear();
    solver s(c->in, request_options());
    for (const package_id target : targets) {
      const auto begin = std::chrono::steady_clock::now();
      benchmark::DoNotOptimize(s.solve(target));
      const std::chrono::duration<double, std::micro> took =
          std::chrono::steady_clock::now() - begin;
      microseconds.push_back(took.count());
    }
  }
  std::sort(microseconds.begin(), microseconds.end());
  const auto at = [&](std::size_t percent) {
    return microseconds[(microseconds.size() - 1) * percent / 100];
  };
  state.counters["median_us"] = at(50);
  state.counters["p99_us"] = at(99);
  state.counters["max_us"] = at(100);
}
BENCHMARK(each_target)->Unit(benchmark::kMillisecond);

void solve_every_version(benchmark::State& state) {
  const corpus* const c = loaded(state);
  if (c == nullptr) return;
  const std::vector<package_id> targets = c->in.available_packages();
  for (auto _ : state) {
    benchmark::DoNotOptimize(solve_all(c->in, targets, request_options()));
  }
  state.counters["targets"] = static_cast<double>(targets.size());
}
BENCHMARK(solve_every_version)->Iterations(1)->Unit(benchmark::kMillisecond);

/// Every k-th target, so that a part is as mixed as the whole.
void growth(benchmark::State& state) {
  const corpus* const c = loaded(state);
  if (c == nullptr) return;
  const std::vector<package_id> all = c->in.latest();
  const auto count = static_cast<std::size_t>(state.range(0));
  const std::size_t step = std::max<std::size_t>(1, all.size() / count);
  std::vector<package_id> targets;
  for (std::size_t i = 0; i < all.size() && targets.size() < count; i += step) {
    targets.push_back(all[i]);
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(solve_all(c->in, targets, request_options()));
  }
}
BENCHMARK(growth)->ArgName("targets")->RangeMultiplier(2)->Range(128, 4096)->Unit(
    benchmark::kMillisecond);

enum class job : std::uint8_t { universes, cached, matrix, passes, test_passes };

/// What callgrind looks at: so many universes, the first of which reads what the files declare, or
/// each of a repository loaded from its cache, or like the one before, in another environment; or,
/// in one, so many times all latest
/// versions, or these with their tests, each time with a new solver.
int work_without_timing(job what, int times) {
  const char* const path = std::getenv("OPAMPLAN_CORPUS");
  if (path == nullptr) {
    std::fputs("set OPAMPLAN_CORPUS\n", stderr);
    return 1;
  }
  const environment env = with_ocaml(preset_environment("debian-12"), "5.3.0");
  load_options one_thread;
  one_thread.threads = 1;
  const cache_folder caches;
  if (what == job::cached) {
    // Universes of so many loads from the cache, the first of which writes it.
    one_thread.cache_directory = caches.path.string();
    universe_options alone;
    alone.threads = 1;
    for (int i = 0; i <= times; ++i) {
      const repository files = load_repository(directory_source{path}, one_thread);
      benchmark::DoNotOptimize(make_universe(files, env, alone));
    }
    return 0;
  }
  const repository files = load_repository(directory_source{path}, one_thread);
  universe_options options = what == job::test_passes ? with_tests() : universe_options();
  options.threads = 1;
  if (what == job::universes) {
    for (int i = 0; i < times; ++i) benchmark::DoNotOptimize(make_universe(files, env, options));
    return 0;
  }
  universe in = make_universe(files, env, options);
  if (what == job::matrix) {
    for (int i = 1; i <= times; ++i) {
      in = make_universe(files, environment_of_matrix(i), options, in);
    }
    return 0;
  }
  const std::vector<package_id> targets = in.latest();
  std::size_t solvable = 0;
  for (int i = 0; i < times; ++i) {
    const solve_summary done = solve_all(in, targets, request_options());
    for (const solve_result& r : done.results) solvable += r.solution ? 1 : 0;
  }
  std::printf("%d passes over %zu targets, %zu solutions\n", times, targets.size(), solvable);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::pair<const char*, job> jobs[] = {{"--universes", job::universes},
                                              {"--cached", job::cached},
                                              {"--matrix", job::matrix},
                                              {"--passes", job::passes},
                                              {"--test-passes", job::test_passes}};
  for (const auto& [word, what] : jobs) {
    if (argc == 3 && std::strcmp(argv[1], word) == 0) {
      return work_without_timing(what, std::atoi(argv[2]));
    }
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
