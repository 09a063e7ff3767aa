/// \file
/// Writing workflows.
#pragma once

#include <string_view>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/base/error.hpp"
#include "opamplan/emit/builder_words.hpp"
#include "opamplan/emit/impl/filled.hpp"
#include "opamplan/emit/impl/waves.hpp"
#include "opamplan/emit/names.hpp"
#include "opamplan/emit/workflow.hpp"
#include "opamplan/package/environment.hpp"
#include "opamplan/plan/shards.hpp"

namespace opamplan {
namespace emit_impl {

inline constexpr std::string_view workflow_text =
    R"(# Made by opamplan. Each job builds one batch; the cache is a registry, with a tag for each batch,
# where a job finds what those before it built.
name: opamplan
on: workflow_dispatch
permissions:
  contents: read
  packages: write
concurrency:
  group: opamplan-${{ github.ref }}
  cancel-in-progress: true
jobs:
@jobs@)";

inline constexpr std::string_view job_text =
    R"yaml(  @name@:
    runs-on: @runner@
@needs@    strategy:
      fail-fast: false
@parallel@      matrix:
        include:
@batches@    steps:
      - uses: actions/checkout@v4
@emulator@      - uses: docker/setup-buildx-action@v3
      - uses: docker/login-action@v3
        with:
          registry: ghcr.io
          username: ${{ github.actor }}
          password: ${{ secrets.GITHUB_TOKEN }}
      - name: Build
        env:
          BATCH: ${{ matrix.batch }}
          CACHES: ${{ matrix.caches }}
        run: |
          cache="ghcr.io/${GITHUB_REPOSITORY,,}/opamplan-cache"
          # What the batch wrote in an earlier run has all that it stands on, too.
          if docker buildx imagetools inspect "$cache:$BATCH" >/dev/null 2>&1; then
            CACHES=$BATCH
          fi
          from=()
          for batch in $CACHES; do
            from+=(--cache-from "type=registry,ref=$cache:$batch")
          done
          docker buildx build --file "$BATCH.Dockerfile" --target results "${from[@]}" \
            --cache-to "type=registry,ref=$cache:$BATCH,mode=max,ignore-error=true" \
            @words@--output "type=local,dest=results/$BATCH" .
      - uses: actions/upload-artifact@v4
        if: ${{ !cancelled() }}
        with:
          name: ${{ matrix.batch }}
          path: results/${{ matrix.batch }}
)yaml";

/// GitHub's own machines, by opam's `arch`; what has none is emulated.
inline std::string_view runner_of(std::string_view arch) {
  if (arch == "x86_64" || arch.empty()) return "ubuntu-latest";
  if (arch == "arm64") return "ubuntu-24.04-arm";
  return {};
}

/// GitHub replaces what stands in ${{ }}.
inline std::string without_expressions(std::string text) {
  constexpr std::string_view begin = "${{";
  constexpr std::string_view as_text = "${{ '${{' }}";
  for (std::size_t at = 0; (at = text.find(begin, at)) != std::string::npos;) {
    text.replace(at, begin.size(), as_text);
    at += as_text.size();
  }
  return text;
}

/// The jobs of a matrix, a line each: what it builds, and whose caches it reads.
inline std::string matrix_entries(const std::vector<batch_id>& batches,
                                  const flat_rows<batch_id>& imports) {
  std::string out;
  for (const batch_id batch : batches) {
    out += "          - { batch: " + batch_name(batch) + ", caches: \"" +
           names_of_caches(imports, batch) + "\" }\n";
  }
  return out;
}

}  // namespace emit_impl

OPAMPLAN_INLINE std::string github_workflow(const plan& p, const emit_options& options) {
  const std::string arch = parse_environment(p.base.environment).text("arch");
  const std::string_view own_runner = emit_impl::runner_of(arch);
  const std::string words = emit_impl::without_expressions(buildx_words(options));
  const flat_rows<batch_id> imports = cache_imports(p);
  std::string jobs;
  std::string before;
  for (const auto& [number, batches] : emit_impl::waves(p)) {
    const std::string name = (p.builders == 0 ? "batch" : "wave") + std::to_string(number);
    if (batches.size() > most_matrix_jobs) {
      throw invalid_request("--format github: " + name + " has " + std::to_string(batches.size()) +
                            " shards, and a matrix at most " + std::to_string(most_matrix_jobs) +
                            " jobs: plan for fewer builders (--shards)");
    }
    jobs += emit_impl::filled(
        emit_impl::job_text,
        {{"name", name},
         {"runner", own_runner.empty() ? "ubuntu-latest" : own_runner},
         // Even after one that failed: what others built is still of use.
         {"needs",
          before.empty() ? "" : "    needs: " + before + "\n    if: ${{ !cancelled() }}\n"},
         {"parallel",
          p.builders == 0 ? "" : "      max-parallel: " + std::to_string(p.builders) + "\n"},
         {"batches", emit_impl::matrix_entries(batches, imports)},
         {"emulator", own_runner.empty() ? "      - uses: docker/setup-qemu-action@v3\n" : ""},
         {"words", words}});
    before = name;
  }
  return emit_impl::filled(emit_impl::workflow_text, {{"jobs", jobs}});
}

}  // namespace opamplan
