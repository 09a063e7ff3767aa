/// \file
/// Loading a whole repository from each kind of source. Paths of the data come from the
/// environment: OPAMPLAN_CORPUS (a folder with `packages/`), OPAMPLAN_ARCHIVE, OPAMPLAN_GIT;
/// without one of them, its rows are skipped.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <opamplan/package/environment.hpp>
#include <opamplan/repository/load.hpp>
#include <opamplan/repository/queries.hpp>
#include <opamplan/repository/repository.hpp>
#include <optional>
#include <string>

namespace {

using opamplan::load_options;
using opamplan::load_repository;
using opamplan::repository;
using opamplan::source;

enum class kind { directory, archive, git };

std::optional<source> source_of(kind k, benchmark::State& state) {
  const char* variable = k == kind::directory ? "OPAMPLAN_CORPUS"
                         : k == kind::archive ? "OPAMPLAN_ARCHIVE"
                                              : "OPAMPLAN_GIT";
  const char* path = std::getenv(variable);
  if (path == nullptr) {
    state.SkipWithError((std::string("set ") + variable).c_str());
    return std::nullopt;
  }
  if (k == kind::directory) return opamplan::directory_source{path};
  if (k == kind::archive) return opamplan::archive_source{path};
  return opamplan::git_source{path};
}

/// Resident pages of this process that are its own (not of mapped files), in bytes.
double own_memory() {
  std::ifstream in("/proc/self/statm");
  double total = 0;
  double resident = 0;
  double shared = 0;
  in >> total >> resident >> shared;
  return (resident - shared) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

void load(benchmark::State& state, kind k) {
  const auto from = source_of(k, state);
  if (!from) return;
  load_options options;
  options.threads = static_cast<unsigned>(state.range(0));
  const double before = own_memory();
  double per_version = 0;
  std::size_t versions = 0;
  for (auto _ : state) {
    const repository repo = load_repository(*from, options);
    benchmark::DoNotOptimize(repo.size());
    state.PauseTiming();
    if (per_version == 0 && repo.size() != 0) {
      per_version = (own_memory() - before) / static_cast<double>(repo.size());
    }
    versions = repo.size();
    state.ResumeTiming();
  }
  state.counters["versions"] = static_cast<double>(versions);
  state.counters["bytes/version"] = per_version;  // of the first load; later ones reuse memory
}

void load_cached(benchmark::State& state, kind k) {
  const auto from = source_of(k, state);
  if (!from) return;
  const auto folder =
      std::filesystem::temp_directory_path() / ("opamplan-benchmark-" + std::to_string(::getpid()));
  load_options options;
  options.threads = static_cast<unsigned>(state.range(0));
  options.cache_directory = folder.string();
  (void)load_repository(*from, options);
  const double before = own_memory();
  double per_version = 0;
  bool cached = true;
  for (auto _ : state) {
    const repository repo = load_repository(*from, options);
    state.PauseTiming();
    cached = cached && repo.sources()[0].from_cache;
    if (per_version == 0 && repo.size() != 0) {
      per_version = (own_memory() - before) / static_cast<double>(repo.size());
    }
    state.ResumeTiming();
  }
  if (!cached) state.SkipWithError("the cache was not used");
  state.counters["bytes/version"] = per_version;
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
}

/// What storing the cache adds to the first load.
void load_and_store(benchmark::State& state, kind k) {
  const auto from = source_of(k, state);
  if (!from) return;
  const auto folder =
      std::filesystem::temp_directory_path() / ("opamplan-benchmark-" + std::to_string(::getpid()));
  load_options options;
  options.cache_directory = folder.string();
  std::error_code ignored;
  for (auto _ : state) {
    state.PauseTiming();
    std::filesystem::remove_all(folder, ignored);
    state.ResumeTiming();
    benchmark::DoNotOptimize(load_repository(*from, options).size());
  }
  std::filesystem::remove_all(folder, ignored);
}

template <class Question>
void query(benchmark::State& state, Question question) {
  const auto from = source_of(kind::directory, state);
  if (!from) return;
  const repository repo = load_repository(*from);
  for (auto _ : state) benchmark::DoNotOptimize(question(repo));
}

BENCHMARK_CAPTURE(load, directory, kind::directory)
    ->Arg(1)
    ->Arg(0)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(load, archive, kind::archive)
    ->Arg(1)
    ->Arg(0)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(load, git, kind::git)
    ->Arg(1)
    ->Arg(0)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(load_and_store, archive, kind::archive)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(load_cached, directory, kind::directory)
    ->Arg(1)
    ->Arg(0)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(load_cached, archive, kind::archive)
    ->Arg(1)
    ->Arg(0)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(load_cached, git, kind::git)
    ->Arg(1)
    ->Arg(0)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(query, latest_available, [](const repository& repo) {
  return opamplan::latest_available(
      repo, opamplan::with_ocaml(opamplan::preset_environment("debian-12"), "5.3.0"));
})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(query, search, [](const repository& repo) {
  return opamplan::search(repo, "json parser");
})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(query, check_files,
                  [](const repository& repo) { return opamplan::check_files(repo); })
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(query, content_digest, [](const repository& repo) {
  return repo.content_digest();
})->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
