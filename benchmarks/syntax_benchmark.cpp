/// \file
/// Parse throughput over a whole repository held in memory.
///
///     OPAMPLAN_CORPUS=opam-repository/packages build/release/benchmarks/syntax_benchmark
///
/// One iteration is one pass over all files. `bytes_per_second` is the throughput; for instructions
/// per byte see docs/measurements.md. With `--passes N` there is no timing, just N passes
/// of `parse_nodes`: what `perf stat` and callgrind look at.
#include <benchmark/benchmark.h>
#include <opamplan/syntax/json.hpp>
#include <opamplan/syntax/parser.hpp>
#include <opamplan/syntax/printer.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
namespace syntax = opamplan::syntax;

struct corpus {
  std::vector<std::string> texts;
  std::size_t bytes = 0;
};

// Every file named `opam` below the folder, in the order of paths.
corpus read_corpus(const fs::path& folder) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().filename() == "opam" && entry.is_regular_file()) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  corpus result;
  for (const auto& path : paths) {
    std::ifstream in(path, std::ios::binary);
    result.texts.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    result.bytes += result.texts.back().size();
  }
  return result;
}

std::size_t parse_all(const corpus& c, std::vector<syntax::node>& nodes) {
  std::size_t count = 0;
  for (const std::string& text : c.texts) {
    syntax::parse_nodes(text, nodes);
    count += nodes.size();
  }
  return count;
}

void report(benchmark::State& state, const corpus& c) {
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * c.bytes));
  state.counters["files"] = static_cast<double>(c.texts.size());
}

// Text to nodes, in one reused buffer: the parser alone.
void parse_into_nodes(benchmark::State& state, const corpus& c) {
  std::vector<syntax::node> nodes;
  std::size_t count = 0;
  for ([[maybe_unused]] auto step : state) benchmark::DoNotOptimize(count = parse_all(c, nodes));
  report(state, c);
  state.counters["nodes"] = static_cast<double>(count);
}

// Text to files that own their text and nodes, all kept: what loading a repository does.
void parse_into_files(benchmark::State& state, const corpus& c) {
  for ([[maybe_unused]] auto step : state) {
    state.PauseTiming();
    std::vector<std::string> texts = c.texts;
    std::vector<syntax::file> files;
    files.reserve(texts.size());
    state.ResumeTiming();
    for (std::string& text : texts) files.push_back(syntax::parse(std::move(text)));
    state.PauseTiming();
    files.clear();
    state.ResumeTiming();
  }
  report(state, c);
}

template <class Write>
void write_files(benchmark::State& state, const corpus& c, Write write) {
  std::vector<syntax::file> files;
  for (const std::string& text : c.texts) files.push_back(syntax::parse(text));
  for ([[maybe_unused]] auto step : state) {
    for (const syntax::file& f : files) benchmark::DoNotOptimize(write(f).size());
  }
  report(state, c);
}

void print_files(benchmark::State& state, const corpus& c) {
  write_files(state, c, [](const syntax::file& f) { return syntax::print(f); });
}

void files_to_json(benchmark::State& state, const corpus& c) {
  write_files(state, c, [](const syntax::file& f) { return syntax::to_json(f, "a/a.1/opam"); });
}

}  // namespace

int main(int argc, char** argv) {
  const char* const folder = std::getenv("OPAMPLAN_CORPUS");
  if (folder == nullptr) {
    std::fputs("skipped: set OPAMPLAN_CORPUS to a folder of opam files\n", stderr);
    return 0;
  }
  const corpus c = read_corpus(folder);
  if (argc == 3 && std::strcmp(argv[1], "--passes") == 0) {
    std::vector<syntax::node> nodes;
    const int passes = std::atoi(argv[2]);
    std::size_t count = 0;
    for (int i = 0; i < passes; ++i) count += parse_all(c, nodes);
    std::printf("%d passes over %zu bytes in %zu files, %zu nodes\n", passes, c.bytes,
                c.texts.size(), count);
    return 0;
  }
  const auto add = [&](const char* name, auto function) {
    benchmark::RegisterBenchmark(name, function, c)->Unit(benchmark::kMillisecond);
  };
  add("parse_into_nodes", parse_into_nodes);
  add("parse_into_files", parse_into_files);
  add("print_files", print_files);
  add("files_to_json", files_to_json);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
