/// \file
/// The whole-repository plan in C++, timed stage by stage: what benchmarks/bindings.py compares
/// with.
///
/// bindings_peer REPOSITORY THREADS: prints `STAGE WALL_SECONDS CPU_SECONDS`, one a line.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <opamplan/plan/make.hpp>
#include <opamplan/repository/load.hpp>
#include <opamplan/solve/solver.hpp>
#include <string>
#include <utility>
#include <vector>

namespace {

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

double wall_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Runs `work` and prints what it took.
template <class Work>
auto timed(const char* stage, Work work) {
  const double wall = wall_seconds();
  const double cpu = cpu_seconds();
  auto result = work();
  std::printf("%s %.6f %.6f\n", stage, wall_seconds() - wall, cpu_seconds() - cpu);
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace opamplan;
  if (argc != 3) return 2;
  const auto threads = static_cast<unsigned>(std::atoi(argv[2]));
  load_options load;
  load.threads = threads;
  solve_options options;
  options.threads = threads;
  options.roots = {{"ocaml", version_formula::of({relop::eq, "5.3.0"})}};
  const environment env = with_ocaml(preset_environment("debian-12"), "5.3.0");

  const repository repo = timed("load", [&] { return load_repository(source_at(argv[1]), load); });
  const universe all = timed("universe", [&] { return make_universe(repo, env); });
  solve_summary solved = timed("solve", [&] { return solve_all(all, options); });
  const plan p = timed("plan", [&] {
    std::vector<solution> solutions;
    for (solve_result& r : solved.results) {
      if (r.solution) solutions.push_back(std::move(*r.solution));
    }
    return make_plan(all, solutions, {});
  });
  std::printf("steps %zu\n", p.steps.size());
}
