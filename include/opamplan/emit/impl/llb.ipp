/// \file
/// The operations of a plan's steps.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/base/json.hpp"
#include "opamplan/emit/impl/llb_graph.hpp"
#include "opamplan/emit/llb.hpp"
#include "opamplan/emit/names.hpp"
#include "opamplan/emit/quote.hpp"
#include "opamplan/emit/recipe.hpp"
#include "opamplan/emit/script.hpp"
#include "opamplan/plan/merge.hpp"

namespace opamplan {
namespace emit_impl {

class llb_writer {
 public:
  llb_writer(const plan& p, const emit_options& options)
      : plan_(p), options_(options), merged_(p.steps.size(), false) {
    auto& environment = graph_.process.environment;
    for (const auto& [name, value] : options.base_environment) environment[name] = value;
    for (const auto& [name, value] : step_environment(options)) environment[name] = value;
    environment.try_emplace("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    graph_.process.proxies = proxy_environment();
    graph_.process.network = network_of(options);
    graph_.platform = platform_of(p, options);
    if (p.strategy == strategy::merge) {
      merged_ = ordinary_steps(p);
      merged_.flip();
    }
  }

  /// The results of `told` of these steps; `names` are those of the plan's stages.
  std::string results(std::span<const step_id> steps, std::span<const step_id> told,
                      const std::vector<std::string>& names) {
    write_steps(steps, names, {"collect"});
    return graph_.finish(files_of(collect(steps, told)));
  }

  /// The file system of the last of these steps.
  std::string image(std::span<const step_id> steps) {
    write_steps(steps, stage_names(plan_), {});
    return graph_.finish(write_image(steps.back()));
  }

 private:
  static constexpr std::int64_t own_output = 1;     // of a step that is merged: its files...
  static constexpr std::int64_t result_output = 2;  // ...and what is told of it
  static constexpr std::string_view result_folder = "opamplan/results/";

  void write_steps(std::span<const step_id> steps, const std::vector<std::string>& names,
                   std::set<std::string> paths) {
    for (const step_id s : steps) recipes_[s] = recipe_of(plan_, plan_.steps[s], options_);
    context_ = write_context(steps, std::move(paths));
    header_ = write_header();
    for (const step_id s : steps) write_step(s, names[s]);
  }

  /// Only what these steps use is sent to the builder.
  llb_output write_context(std::span<const step_id> steps, std::set<std::string> paths) {
    for (const step_id s : steps) {
      for (const step_mount& m : recipes_.at(s).mounts) {
        if (m.from == step_mount::origin::context) paths.insert(m.source);
      }
    }
    if (!options_.base_archive.empty()) paths.insert(options_.base_archive);
    if (brings_opam_program(options_)) paths.insert(options_.opam);
    std::string list;
    for (const std::string& path : paths) list += (list.empty() ? "[" : ",") + json_string(path);
    return graph_.source("local://context",
                         {{"local.followpaths", list + "]"}, {"local.sharedkeyhint", "opamplan"}},
                         "context");
  }

  [[nodiscard]] protobuf_message proxy_environment() const {
    static constexpr const char* names[] = {"http_proxy", "https_proxy", "ftp_proxy", "no_proxy",
                                            "all_proxy"};
    protobuf_message proxies;
    for (unsigned i = 0; i < 5; ++i) {
      for (const auto& [name, value] : options_.build_args) {
        std::string small = name;
        for (char& c : small) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
        if (small == names[i]) proxies.text(i + 1, value);
      }
    }
    return proxies;
  }

  llb_output write_header() {
    llb_output base;
    if (options_.base_archive.empty()) {
      base = graph_.source("docker-image://" + canonical_image(), {}, "base");
    } else {
      protobuf_message unpack;
      unpack.text(1, "/" + options_.base_archive).text(2, "/").number(4, -1).flag(7, true);
      base = graph_.copy(nullptr, context_, unpack, "base");
    }
    if (!options_.prepare.empty()) base = graph_.exec(base, options_.prepare, {}, "prepare");
    std::vector<llb_mount> mounts;
    if (brings_opam_program(options_)) {
      mounts.push_back({&context_, "/" + options_.opam, opam_program_mount});
    }
    return graph_.exec(
        base, options_.setup.empty() ? default_setup(plan_.base, options_) : options_.setup, mounts,
        "setup");
  }

  /// BuildKit wants the host and the tag that people leave out.
  [[nodiscard]] std::string canonical_image() const {
    std::string image = base_image_of(plan_, options_);
    const std::size_t slash = image.find('/');
    const std::string first = image.substr(0, slash);
    const bool has_host = slash != std::string::npos &&
                          (first.find_first_of(".:") != std::string::npos || first == "localhost");
    if (!has_host) {
      image.insert(0, slash == std::string::npos ? "docker.io/library/" : "docker.io/");
    }
    const std::size_t name = image.rfind('/') + 1;
    if (image.find_first_of("@:", name) == std::string::npos) image += ":latest";
    return image;
  }

  [[nodiscard]] llb_mount placed(const step_mount& m) const {
    switch (m.from) {
      case step_mount::origin::context:
        return {&context_, "/" + m.source, m.target};
      case step_mount::origin::step:
        if (!merged_[m.step]) return {&images_.at(m.step), "/" + m.source, m.target};
        // What is told of it has an output of its own; all else that is asked for is a graft.
        if (m.source.starts_with(result_folder)) {
          return {&told_.at(m.step), "/" + m.source.substr(result_folder.size()), m.target};
        }
        return {&own_.at(m.step), "/", m.target};
      case step_mount::origin::cache:
        break;
    }
    return {nullptr, "", m.target, m.source};
  }

  /// The image that a step begins with: its parent's, and as many of its grafts as there is room
  /// for. The mounts of those that are merged are taken out of `mounts`.
  llb_output merge_below(step_id s, const std::string& stage, std::vector<step_mount>& mounts) {
    const plan_step& step = plan_.steps[s];
    std::vector<llb_output> inputs{step.parent == step_id::none ? header_
                                                                : images_.at(step.parent)};
    if (!merged_[s]) return inputs.front();
    std::size_t room = merge_room(plan_, step);
    std::erase_if(mounts, [&](const step_mount& m) {
      if (m.from != step_mount::origin::step || !merged_[m.step] || room == 0) return false;
      --room;
      inputs.push_back(own_.at(m.step));
      return true;
    });
    return graph_.merge(inputs, "[" + stage + " merge]");
  }

  void write_step(step_id s, const std::string& stage) {
    const step_recipe& recipe = recipes_.at(s);
    std::vector<step_mount> rest = recipe.mounts;
    const llb_output root = merge_below(s, stage, rest);
    std::vector<llb_mount> mounts;
    for (const step_mount& m : rest) mounts.push_back(placed(m));
    if (merged_[s]) {
      mounts.push_back({nullptr, "", "/opamplan/in/own", {}, own_output});
      mounts.push_back({nullptr, "", "/opamplan/results", {}, result_output});
    }
    const llb_output done =
        graph_.exec(root, recipe.command, mounts, "[" + stage + " 1/1] RUN " + recipe.command);
    if (merged_[s]) {
      own_[s] = {done.digest, own_output};
      told_[s] = {done.digest, result_output};
    } else {
      images_[s] = done;
    }
  }

  /// The image of a step. One that is merged is a switch of which opam has no record yet.
  llb_output write_image(step_id s) {
    if (!merged_[s]) return images_.at(s);
    step_recipe recipe = image_recipe(plan_, s);
    const llb_output root = merge_below(s, "image", recipe.mounts);
    std::vector<llb_mount> mounts;
    for (const step_mount& m : recipe.mounts) mounts.push_back(placed(m));
    return graph_.exec(root, recipe.command, mounts, "[image 1/1] RUN " + recipe.command);
  }

  llb_output collect(std::span<const step_id> steps, std::span<const step_id> told) {
    const auto gather = [&](std::vector<llb_mount> mounts) {
      mounts.push_back(placed(script_mount("collect")));
      return graph_.exec(header_, "/opamplan/in/collect", mounts, "collect");
    };
    std::vector<llb_mount> wanted = kept_leaves(steps, told);
    for (const step_mount& m : result_mounts(plan_, steps, told)) wanted.push_back(placed(m));
    std::vector<llb_output> gathered;
    for (std::size_t begin = 0; begin < wanted.size(); begin += results_a_collector) {
      const auto first = wanted.begin() + static_cast<std::ptrdiff_t>(begin);
      const auto count = std::min(results_a_collector, wanted.size() - begin);
      gathered.push_back(gather({first, first + static_cast<std::ptrdiff_t>(count)}));
    }
    if (gathered.size() == 1) return gathered.front();
    std::vector<llb_mount> mounts;
    for (std::size_t i = 0; i < gathered.size(); ++i) {
      mounts.push_back({&gathered[i], "/opamplan/all", "/opamplan/in/all/" + std::to_string(i)});
    }
    return gather(std::move(mounts));
  }

  /// Nobody else asks for the files of those into whose images nothing more comes, and a builder
  /// drops what nobody asks for.
  [[nodiscard]] std::vector<llb_mount> kept_leaves(std::span<const step_id> steps,
                                                   std::span<const step_id> told) const {
    std::vector<bool> leaf = merged_;
    for (const step_id s : steps) {
      for (const step_id g : plan_.steps[s].grafts) leaf[g] = false;
    }
    std::vector<llb_mount> mounts;
    for (const step_id s : told) {
      if (!leaf[s]) continue;
      mounts.push_back(
          {&own_.at(s), "/opamplan/layers", "/opamplan/in/kept/" + std::to_string(mounts.size())});
    }
    return mounts;
  }

  /// What was collected, alone.
  llb_output files_of(const llb_output& collected) {
    protobuf_message what;
    what.text(1, "/opamplan/all").text(2, "/").number(4, -1).flag(6, true);
    return graph_.copy(nullptr, collected, what, "results");
  }

  const plan& plan_;
  const emit_options& options_;
  std::vector<bool> merged_;  // by step
  llb_graph graph_;
  std::map<step_id, step_recipe> recipes_;
  llb_output context_;
  llb_output header_;
  std::map<step_id, llb_output> images_;  // of those that are not merged
  std::map<step_id, llb_output> own_;     // of those that are: their files...
  std::map<step_id, llb_output> told_;    // ...and what is told of them
};

}  // namespace emit_impl

OPAMPLAN_INLINE std::string llb(const plan& p, std::span<const step_id> steps,
                                const emit_options& options) {
  return llb(p, steps, steps, stage_names(p), options);
}

OPAMPLAN_INLINE std::string llb(const plan& p, std::span<const step_id> steps,
                                std::span<const step_id> told,
                                const std::vector<std::string>& names,
                                const emit_options& options) {
  require_buildable(p, steps);
  return emit_impl::llb_writer(p, options).results(steps, told, names);
}

OPAMPLAN_INLINE std::string image_llb(const plan& p, step_id step, const emit_options& options) {
  const std::vector<step_id> steps = needed_steps(p, step);
  require_buildable(p, steps);
  return emit_impl::llb_writer(p, options).image(steps);
}

OPAMPLAN_INLINE std::string batch_llb(const plan& p, batch_id batch, const emit_options& options,
                                      std::span<const step_id> without) {
  const std::vector<step_id> steps = steps_of_batch(p, batch, without);
  return llb(p, steps, told_by_batch(p, batch, steps), stage_names(p), options);
}

OPAMPLAN_INLINE std::vector<std::string> batch_llbs(const plan& p, const emit_options& options) {
  const std::vector<std::string> names = stage_names(p);
  std::vector<std::string> files;
  for (const batch_id batch : p.batches.indices()) {
    const std::vector<step_id> steps = steps_of_batch(p, batch, {});
    files.push_back(llb(p, steps, told_by_batch(p, batch, steps), names, options));
  }
  return files;
}

}  // namespace opamplan
