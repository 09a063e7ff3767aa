/// \file
/// Writing Dockerfiles.
#pragma once

#include <algorithm>

#include "opamplan/config.hpp"
#include "opamplan/emit/dockerfile.hpp"
#include "opamplan/emit/names.hpp"
#include "opamplan/emit/quote.hpp"
#include "opamplan/emit/script.hpp"

namespace opamplan {
namespace dockerfile_detail {

// Mounts of one collecting RUN: far under what a step takes, and the line stays short.
inline constexpr std::size_t mounts_a_collector = 200;

inline std::string header(const plan& p, const emit_options& options) {
  std::string out = "# Made by opamplan. Strategy: ";
  out += to_string(p.strategy);
  out += ".\n# check=skip=all\nARG BASE_IMAGE=" + p.base.image + "\n";
  out += "FROM ${BASE_IMAGE} AS opamplan_header\n";
  if (options.source_date_epoch != 0) {
    out += "ARG SOURCE_DATE_EPOCH=" + std::to_string(options.source_date_epoch) + "\n";
  }
  for (const std::string& label : options.labels) out += "LABEL " + json_string(label) + "\n";
  if (!options.header.empty()) {
    out += options.header;
    if (out.back() != '\n') out += '\n';
  } else {
    out +=
        "ENV OPAMROOT=/opamplan/opam OPAMROOTISOK=1 OPAMYES=1 OPAMCOLOR=never \\\n"
        "    OPAMCONFIRMLEVEL=unsafe-yes OPAMERRLOGLEN=0 OPAMPRECISETRACKING=1\n"
        "RUN <<EOT\nset -e\n"
        "command -v opam >/dev/null || { apt-get update -qq && "
        "DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "
        "opam build-essential git rsync unzip curl ca-certificates patch m4 >/dev/null; }\n"
        "mkdir -p /opamplan/repository/packages\n"
        "printf 'opam-version: \"2.0\"\\n' >/opamplan/repository/repo\n"
        "opam init --bare --no-setup --disable-sandboxing -k local default "
        "/opamplan/repository\n"
        "opam switch create default --empty\nEOT\n";
  }
  out += "COPY --chmod=755 step /opamplan/step\n";
  return out;
}

inline void append_step(const plan& p, std::uint32_t s, const std::vector<std::string>& names,
                        std::string& out) {
  const plan_step& step = p.steps[s];
  out += "FROM ";
  out += step.parent == no_step ? "opamplan_header" : names[step.parent];
  out += " AS " + names[s] + "\nRUN ";
  const auto add_mount = [&](const std::string& mount) { out += "--mount=" + mount + " \\\n    "; };
  const auto graft_name = [&](std::uint32_t g) {
    return p.packages[p.steps[g].installs[0]].full_name();
  };
  for (const std::uint32_t g : step.grafts) {
    add_mount("type=bind,from=" + names[g] + ",target=/opamplan/g/" + graft_name(g));
  }
  for (const std::uint32_t i : step.installs) {
    const plan_package& package = p.packages[i];
    add_mount("type=bind,source=packages/" + package.full_name() +
              ",target=/opamplan/repository/packages/" + package.name + "/" + package.full_name());
  }
  out += "/opamplan/step";
  if (step.for_target) out += " -t";
  for (const std::string& d : step.depexts) out += " -d " + shell_word(d);
  for (const std::uint32_t g : step.grafts) out += " -g " + shell_word(graft_name(g));
  for (std::size_t i = 0; i < step.installs.size(); ++i) {
    for (const std::uint32_t n : step.needs[i]) {
      out += " -n " + shell_word(p.packages[n].full_name());
    }
    out += ' ' + shell_word(p.packages[step.installs[i]].full_name());
  }
  out += '\n';
}

/// Gathers the results of the targets' images: collectors of some hundred mounts, then one layer.
inline void append_results(const plan& p, std::span<const std::uint32_t> targets,
                           const std::vector<std::string>& names, std::string& out) {
  std::vector<std::string> collectors;
  for (std::size_t begin = 0; begin < targets.size(); begin += mounts_a_collector) {
    const std::size_t end = std::min(begin + mounts_a_collector, targets.size());
    collectors.push_back("collect_" + std::to_string(collectors.size()));
    out += "FROM opamplan_header AS " + collectors.back() + "\nRUN ";
    for (std::size_t i = begin; i < end; ++i) {
      out += "--mount=type=bind,from=" + names[p.targets[targets[i]].step] +
             ",target=/opamplan/t/" + std::to_string(i) + " \\\n    ";
    }
    out +=
        "mkdir -p /opamplan/all && for t in /opamplan/t/*; do "
        "cp -a \"$t/opamplan/results/.\" /opamplan/all/; done\n";
  }
  out += "FROM opamplan_header AS collect\nRUN ";
  for (const std::string& c : collectors) {
    out += "--mount=type=bind,from=" + c + ",target=/opamplan/t/" + c + " \\\n    ";
  }
  out +=
      "mkdir -p /opamplan/all && for t in /opamplan/t/*; do "
      "cp -a \"$t/opamplan/all/.\" /opamplan/all/; done\n";
  out += "FROM scratch AS results\nCOPY --from=collect /opamplan/all /\n";
}

inline std::string write(const plan& p, std::span<const std::uint32_t> steps,
                         std::span<const std::uint32_t> targets,
                         const std::vector<std::string>& names, const emit_options& options) {
  std::string out = header(p, options);
  for (const std::uint32_t s : steps) append_step(p, s, names, out);
  append_results(p, targets, names, out);
  return out;
}

}  // namespace dockerfile_detail

OPAMPLAN_INLINE std::string dockerfile(const plan& p, std::span<const std::uint32_t> steps,
                                       std::span<const std::uint32_t> targets,
                                       const emit_options& options) {
  return dockerfile_detail::write(p, steps, targets, stage_names(p), options);
}

OPAMPLAN_INLINE std::string batch_dockerfile(const plan& p, std::uint32_t batch,
                                             const emit_options& options) {
  return dockerfile(p, p.batches[batch].steps, p.batches[batch].targets, options);
}

OPAMPLAN_INLINE std::string target_dockerfile(const plan& p, std::uint32_t target,
                                              const emit_options& options) {
  return dockerfile(p, needed_steps(p, p.targets[target].step), std::span(&target, 1), options);
}

OPAMPLAN_INLINE std::vector<emitted_file> context_files(const plan& p,
                                                        const emit_options& options) {
  std::vector<emitted_file> files;
  files.push_back({"step", step_script(options), true});
  for (const plan_package& package : p.packages) {
    files.push_back({"packages/" + package.full_name() + "/opam", package.opam, false});
  }
  return files;
}

OPAMPLAN_INLINE std::vector<std::uint32_t> needed_steps(const plan& p, std::uint32_t step) {
  std::vector<std::uint32_t> needed{step};
  std::vector<std::uint8_t> seen(step + 1, 0);
  seen[step] = 1;
  for (std::size_t i = 0; i < needed.size(); ++i) {
    const plan_step& s = p.steps[needed[i]];
    const auto take = [&](std::uint32_t other) {
      if (other == no_step || seen[other] != 0) return;
      seen[other] = 1;
      needed.push_back(other);
    };
    take(s.parent);
    for (const std::uint32_t g : s.grafts) take(g);
  }
  std::sort(needed.begin(), needed.end());
  return needed;
}

}  // namespace opamplan
