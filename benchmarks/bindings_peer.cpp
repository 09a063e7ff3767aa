/// \file
/// The whole-repository plan in C++, timed stage by stage: what benchmarks/bindings.py compares
/// with, and what benchmarks/growth.py counts the instructions of.
///
/// bindings_peer REPOSITORY THREADS [STRATEGY...]: prints `STAGE WALL_SECONDS CPU_SECONDS`, one a
/// line. With strategies the plan of each is made and emitted; below valgrind's callgrind each
/// stage is a dump of its own.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <opamplan/emit/dockerfile.hpp>
#include <opamplan/emit/llb.hpp>
#include <opamplan/plan/make.hpp>
#include <opamplan/repository/load.hpp>
#include <opamplan/solve/solver.hpp>
#include <string>
#include <utility>
#include <vector>
#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#else
#define CALLGRIND_DUMP_STATS_AT(name) static_cast<void>(name)
#endif

namespace {

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

double wall_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Runs `work` and prints what it took.
template <class Work>
auto timed(const std::string& stage, Work work) {
  const double wall = wall_seconds();
  const double cpu = cpu_seconds();
  auto result = work();
  std::printf("%s %.6f %.6f\n", stage.c_str(), wall_seconds() - wall, cpu_seconds() - cpu);
  CALLGRIND_DUMP_STATS_AT(stage.c_str());
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace opamplan;
  if (argc < 3) return 2;
  const auto threads = static_cast<unsigned>(std::atoi(argv[2]));
  const std::vector<std::string> strategies(argv + 3, argv + argc);
  load_options load;
  load.threads = threads;
  solve_options options;
  options.threads = threads;
  options.roots = {{"ocaml", version_formula::of({relop::eq, "5.3.0"})}};
  const environment env = with_ocaml(preset_environment("debian-12"), "5.3.0");

  const repository repo = timed("load", [&] { return load_repository(source_at(argv[1]), load); });
  const universe all = timed("universe", [&] { return make_universe(repo, env); });
  solve_summary solved = timed("solve", [&] { return solve_all(all, options); });
  const auto solutions = [&] {
    std::vector<solution> found;
    for (solve_result& r : solved.results) {
      if (r.solution) found.push_back(std::move(*r.solution));
    }
    return found;
  };
  if (strategies.empty()) {
    const plan p = timed("plan", [&] { return make_plan(all, solutions(), {}); });
    std::printf("steps %zu\n", p.steps.size());
    return 0;
  }
  const std::vector<solution> targets = solutions();
  for (const std::string& name : strategies) {
    plan_options how;
    how.strategy = parse_strategy(name);
    how.threads = threads;
    const plan p = timed("plan-" + name, [&] { return make_plan(all, targets, how); });
    timed("dockerfiles-" + name, [&] { return batch_dockerfiles(p, {}); });
    timed("llb-" + name, [&] { return batch_llbs(p, {}); });
  }
}
