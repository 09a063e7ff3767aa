/// \file
/// Writing LLB. Field numbers are those of BuildKit's solver/pb/ops.proto.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/base/json.hpp"
#include "opamplan/base/sha256.hpp"
#include "opamplan/emit/impl/protobuf.hpp"
#include "opamplan/emit/llb.hpp"
#include "opamplan/emit/names.hpp"
#include "opamplan/emit/quote.hpp"
#include "opamplan/emit/recipe.hpp"
#include "opamplan/emit/script.hpp"

namespace opamplan {
namespace emit_impl {

inline constexpr std::int64_t scratch = -1;  // for inputs
inline constexpr std::int64_t no_output = -1;

/// An output of a vertex that has been written.
struct llb_output {
  std::string digest;
  std::int64_t index = 0;
};

/// A mount of an exec; its `from` becomes an input of the vertex.
struct llb_mount {
  const llb_output* from = nullptr;  // null: nothing (a cache, or scratch)
  std::string selector;
  std::string target;
  std::string cache_id = {};
};

class llb_writer {
 public:
  llb_writer(const plan& p, const emit_options& options) : plan_(p), options_(options) {
    for (const auto& [name, value] : options.base_environment) environment_[name] = value;
    for (const auto& [name, value] : step_environment(options)) environment_[name] = value;
    environment_.try_emplace("PATH",
                             "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
  }

  std::string write(std::span<const std::uint32_t> steps, const std::vector<std::string>& names) {
    platform_ = platform_of(plan_, options_);
    for (const std::uint32_t s : steps) recipes_[s] = recipe_of(plan_, plan_.steps[s], options_);
    context_ = write_context(steps);
    header_ = write_header();
    for (const std::uint32_t s : steps) images_[s] = write_step(s, names[s]);
    finish(collect(result_mounts(plan_, steps)));
    return definition_.str() + metadata_.str();
  }

 private:
  /// Adds an operation; `name` is what progress shows.
  llb_output add(const std::vector<llb_output>& inputs, std::uint32_t kind,
                 const protobuf_message& body, const std::string& name) {
    protobuf_message op;
    for (const llb_output& e : inputs) {
      op.message(1, protobuf_message().text(1, e.digest).number(2, e.index));
    }
    op.message(kind, body);
    if (platform_) {
      protobuf_message platform;
      platform.text(1, platform_->architecture).text(2, platform_->os);
      if (!platform_->variant.empty()) platform.text(3, platform_->variant);
      op.message(10, platform);
    }
    const std::string digest = "sha256:" + to_hex(sha256_of(op.str()));
    if (written_.insert(digest).second) {
      definition_.bytes(1, op.str());
      protobuf_message description;
      description.text(1, "llb.customname").text(2, name);
      metadata_.message(2, protobuf_message().text(1, digest).message(
                               2, protobuf_message().message(2, description)));
    }
    return {digest, 0};
  }

  llb_output source(const std::string& identifier,
                    const std::vector<std::pair<std::string, std::string>>& attributes,
                    const std::string& name) {
    protobuf_message body;
    body.text(1, identifier);
    for (const auto& [key, value] : attributes) {
      body.message(2, protobuf_message().text(1, key).text(2, value));
    }
    return add({}, 3, body, name);
  }

  /// Copies from `from` onto `base` (null: nothing).
  llb_output copy(const llb_output* base, const llb_output& from, const protobuf_message& what,
                  const std::string& name) {
    std::vector<llb_output> inputs;
    if (base != nullptr) inputs.push_back(*base);
    inputs.push_back(from);
    protobuf_message action;
    action.number(1, base != nullptr ? 0 : scratch)
        .number(2, static_cast<std::int64_t>(inputs.size()) - 1)
        .message(4, what);
    return add(inputs, 4, protobuf_message().message(2, action), name);
  }

  llb_output exec(const llb_output& root, const std::string& shell,
                  const std::vector<llb_mount>& mounts, const std::string& name) {
    protobuf_message meta;
    meta.text(1, "/bin/sh").text(1, "-c").text(1, shell);
    for (const auto& [variable, value] : environment_) meta.text(2, variable + "=" + value);
    meta.text(3, "/");
    if (const protobuf_message proxies = proxy_environment(); !proxies.str().empty()) {
      meta.message(5, proxies);
    }
    std::vector<llb_output> inputs{root};
    protobuf_message body;
    body.message(1, meta);
    const std::string& network = network_of(options_);
    if (network == "host") body.number(3, 1);
    if (network == "none") body.number(3, 2);
    body.message(2, protobuf_message().text(3, "/"));  // input 0, output 0
    for (const llb_mount& m : mounts) {
      protobuf_message field;
      std::int64_t input = scratch;
      if (m.from != nullptr) {
        const auto known = std::find_if(inputs.begin(), inputs.end(), [&](const llb_output& e) {
          return e.digest == m.from->digest && e.index == m.from->index;
        });
        input = known - inputs.begin();
        if (known == inputs.end()) inputs.push_back(*m.from);
      }
      field.number(1, input).text(2, m.selector).text(3, m.target).number(4, no_output);
      if (m.cache_id.empty()) {
        field.flag(5, true);
      } else {
        field.number(6, 3).message(20, protobuf_message().text(1, m.cache_id));
      }
      body.message(2, field);
    }
    return add(inputs, 2, body, name);
  }

  /// Only what these steps use is sent to the builder.
  llb_output write_context(std::span<const std::uint32_t> steps) {
    std::set<std::string> paths = {"collect"};
    for (const std::uint32_t s : steps) {
      for (const step_mount& m : recipes_.at(s).mounts) {
        if (m.from == step_mount::origin::context) paths.insert(m.source);
      }
    }
    if (!options_.base_archive.empty()) paths.insert(options_.base_archive);
    if (brings_opam_program(options_)) paths.insert(options_.opam);
    std::string list;
    for (const std::string& path : paths) list += (list.empty() ? "[" : ",") + json_string(path);
    return source("local://context",
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
      base = source("docker-image://" + canonical_image(), {}, "base");
    } else {
      protobuf_message unpack;
      unpack.text(1, "/" + options_.base_archive).text(2, "/").number(4, -1).flag(7, true);
      base = copy(nullptr, context_, unpack, "base");
    }
    if (!options_.prepare.empty()) base = exec(base, options_.prepare, {}, "prepare");
    std::vector<llb_mount> mounts;
    if (brings_opam_program(options_)) {
      mounts.push_back({&context_, "/" + options_.opam, opam_program_mount});
    }
    return exec(base, options_.setup.empty() ? default_setup(plan_.base, options_) : options_.setup,
                mounts, "setup");
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
        return {&images_.at(m.step), "/" + m.source, m.target};
      case step_mount::origin::cache:
        break;
    }
    return {nullptr, "", m.target, m.source};
  }

  llb_output write_step(std::uint32_t s, const std::string& stage) {
    const plan_step& step = plan_.steps[s];
    const step_recipe& recipe = recipes_.at(s);
    std::vector<llb_mount> mounts;
    for (const step_mount& m : recipe.mounts) mounts.push_back(placed(m));
    const llb_output& root = step.parent == no_step ? header_ : images_.at(step.parent);
    return exec(root, recipe.command, mounts, "[" + stage + " 1/1] RUN " + recipe.command);
  }

  llb_output collect(const std::vector<step_mount>& results) {
    const auto gather = [&](std::vector<llb_mount> mounts) {
      mounts.push_back(placed(script_mount("collect")));
      return exec(header_, "/opamplan/in/collect", mounts, "collect");
    };
    std::vector<llb_output> gathered;
    for (std::size_t begin = 0; begin < results.size(); begin += results_a_collector) {
      std::vector<llb_mount> mounts;
      for (std::size_t i = begin; i < std::min(begin + results_a_collector, results.size()); ++i) {
        mounts.push_back(placed(results[i]));
      }
      gathered.push_back(gather(std::move(mounts)));
    }
    if (gathered.size() == 1) return gathered.front();
    std::vector<llb_mount> mounts;
    for (std::size_t i = 0; i < gathered.size(); ++i) {
      mounts.push_back({&gathered[i], "/opamplan/all", "/opamplan/in/all/" + std::to_string(i)});
    }
    return gather(std::move(mounts));
  }

  void finish(const llb_output& collected) {
    protobuf_message what;
    what.text(1, "/opamplan/all").text(2, "/").number(4, -1).flag(6, true);
    const llb_output results = copy(nullptr, collected, what, "results");
    // The last operation has the result as its only input.
    const protobuf_message end = protobuf_message().message(
        1, protobuf_message().text(1, results.digest).number(2, results.index));
    definition_.bytes(1, end.str());
  }

  const plan& plan_;
  const emit_options& options_;
  std::map<std::string, std::string> environment_;
  std::set<std::string> written_;
  protobuf_message definition_;
  protobuf_message metadata_;
  std::optional<image_platform> platform_;
  std::map<std::uint32_t, step_recipe> recipes_;  // by step
  llb_output context_;
  llb_output header_;
  std::map<std::uint32_t, llb_output> images_;  // by step
};

}  // namespace emit_impl

OPAMPLAN_INLINE std::string llb(const plan& p, std::span<const std::uint32_t> steps,
                                const emit_options& options) {
  return llb(p, steps, stage_names(p), options);
}

OPAMPLAN_INLINE std::string llb(const plan& p, std::span<const std::uint32_t> steps,
                                const std::vector<std::string>& names,
                                const emit_options& options) {
  require_buildable(p, steps);
  return emit_impl::llb_writer(p, options).write(steps, names);
}

OPAMPLAN_INLINE std::string batch_llb(const plan& p, std::uint32_t batch,
                                      const emit_options& options,
                                      std::span<const std::uint32_t> without) {
  return llb(p, steps_of_batch(p, batch, without), options);
}

OPAMPLAN_INLINE std::vector<std::string> batch_llbs(const plan& p, const emit_options& options) {
  const std::vector<std::string> names = stage_names(p);
  std::vector<std::string> files;
  for (std::uint32_t batch = 0; batch < p.batches.size(); ++batch) {
    files.push_back(llb(p, steps_of_batch(p, batch, {}), names, options));
  }
  return files;
}

}  // namespace opamplan
