/// \file
/// Gathering the files of formats.
#pragma once

#include <iterator>
#include <string>
#include <utility>

#include "opamplan/base/config.hpp"
#include "opamplan/base/error.hpp"
#include "opamplan/base/text.hpp"
#include "opamplan/emit/bake.hpp"
#include "opamplan/emit/dockerfile.hpp"
#include "opamplan/emit/dot.hpp"
#include "opamplan/emit/folder.hpp"
#include "opamplan/emit/kubernetes.hpp"
#include "opamplan/emit/llb.hpp"
#include "opamplan/emit/makefile.hpp"
#include "opamplan/emit/names.hpp"
#include "opamplan/emit/recipe.hpp"
#include "opamplan/emit/workflow.hpp"
#include "opamplan/plan/json.hpp"

namespace opamplan {
namespace emit_impl {

/// A file for each batch: `batchN` and `ending`.
inline void append_batches(std::vector<std::string> contents, const std::string& ending,
                           std::vector<emitted_file>& files) {
  batch_id batch{0};
  for (std::string& content : contents) {
    files.push_back({batch_name(batch) + ending, std::move(content)});
    ++batch;
  }
}

inline void append_bake_files(const plan& p, const emit_options& options,
                              std::vector<emitted_file>& files) {
  std::string contents[] = {bake_hcl(p, options), bake_hcl(p, options, bake_targets::images),
                            bake_json(p, options), bake_json(p, options, bake_targets::images)};
  for (std::size_t i = 0; i < std::size(contents); ++i) {
    files.push_back({std::string(bake_file_names[i]), std::move(contents[i])});
  }
}

}  // namespace emit_impl

OPAMPLAN_INLINE std::string_view to_string(emit_format format) noexcept {
  switch (format) {
    case emit_format::dockerfile:
      return "dockerfile";
    case emit_format::bake:
      return "bake";
    case emit_format::llb:
      return "llb";
    case emit_format::dot:
      return "dot";
    case emit_format::json:
      return "json";
    case emit_format::make:
      return "make";
    case emit_format::github:
      return "github";
    case emit_format::kubernetes:
      break;
  }
  return "kubernetes";
}

OPAMPLAN_INLINE emit_format parse_emit_format(std::string_view text) {
  std::vector<std::string> known;
  for (const emit_format format : all_emit_formats) {
    if (to_string(format) == text) return format;
    known.emplace_back(to_string(format));
  }
  throw invalid_request("unknown format \"" + printable(text) + '"' +
                        did_you_mean_one_of(known, text));
}

OPAMPLAN_INLINE emit_format default_format(const plan& p) noexcept {
  return has_dockerfile(p) ? emit_format::bake : emit_format::llb;
}

OPAMPLAN_INLINE std::vector<emitted_file> emitted_files(const plan& p,
                                                        const std::set<emit_format>& formats,
                                                        const emit_options& options) {
  const auto wants = [&](auto... any) { return (formats.contains(any) || ...); };
  const bool of_dockerfiles = wants(emit_format::dockerfile, emit_format::bake, emit_format::make,
                                    emit_format::github, emit_format::kubernetes);
  std::vector<emitted_file> files;
  if (of_dockerfiles) {
    emit_impl::append_batches(batch_dockerfiles(p, options), ".Dockerfile", files);
  }
  if (of_dockerfiles || wants(emit_format::llb)) {
    for (emitted_file& file : context_files(p, options)) files.push_back(std::move(file));
  }
  if (wants(emit_format::bake)) emit_impl::append_bake_files(p, options, files);
  if (wants(emit_format::llb)) {
    emit_impl::append_batches(batch_llbs(p, options), ".llb", files);
  }
  if (wants(emit_format::dot)) files.push_back({"plan.dot", dot(p)});
  // Who runs the Jobs reads the results with the plan.
  if (wants(emit_format::json, emit_format::kubernetes)) files.push_back({"plan.json", to_json(p)});
  if (wants(emit_format::make)) files.push_back({"Makefile", makefile(p, options)});
  if (wants(emit_format::github)) {
    files.push_back({".github/workflows/opamplan.yml", github_workflow(p, options)});
  }
  if (wants(emit_format::kubernetes)) {
    for (emitted_file& file : kubernetes_jobs(p, options)) files.push_back(std::move(file));
  }
  return files;
}

}  // namespace opamplan
