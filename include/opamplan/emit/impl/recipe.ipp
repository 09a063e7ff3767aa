/// \file
/// Steps in a builder's words.
#pragma once

#include <algorithm>
#include <iterator>
#include <set>

#include "opamplan/base/config.hpp"
#include "opamplan/base/error.hpp"
#include "opamplan/base/json.hpp"
#include "opamplan/base/text.hpp"
#include "opamplan/emit/archives.hpp"
#include "opamplan/emit/quote.hpp"
#include "opamplan/emit/recipe.hpp"
#include "opamplan/package/environment.hpp"
#include "opamplan/plan/shards.hpp"

namespace opamplan {
namespace emit_impl {

/// NAME.VERSION: a word of the shell and a folder's name, as it is.
inline std::string package_word(const plan_package& package) {
  std::string name = package.full_name();
  if (path_component(name) != name) {
    throw invalid_request("no package can have this name and version: " + json_string(name));
  }
  return name;
}

/// The package that names a layer.
inline std::string layer_word(const plan& p, layer_id layer) {
  return package_word(p.packages[p.layers[layer].packages.front()]);
}

/// Another word of `-g`: what the step `g` keeps of its own layer.
inline void add_graft(const plan& p, step_id g, step_recipe& recipe) {
  const std::string name = layer_word(p, p.steps[g].installs.back());
  recipe.command += ' ' + name;
  recipe.mounts.push_back(
      {step_mount::origin::step, g, "opamplan/layers/" + name, "/opamplan/in/g/" + name});
}

inline std::string retry_words(const plan& p, const plan_step& step, const emit_options& options) {
  unsigned retry = 0;
  const auto add = [&](const std::string& name) {
    const auto found = options.retry.find(name);
    if (found != options.retry.end()) retry += found->second;
  };
  if (options.retry.empty()) return {};
  for (const layer_id l : step.installs) {
    add(to_hex(p.layers[l].key, 16));
    for (const plan_package_id i : p.layers[l].packages) add(p.packages[i].full_name());
  }
  return retry == 0 ? std::string() : " -r " + std::to_string(retry);
}

/// [HOST/]PATH[:TAG][@DIGEST], as Docker's reference grammar without its finer points. Names stand
/// unquoted in places, and BuildKit tells what is wrong with one late.
inline bool is_image_name(std::string_view image) {
  const auto plain = [](char c) {
    return is_letter_or_digit(c) || std::string_view("._-/:@[]").find(c) != std::string_view::npos;
  };
  std::string_view path = image.substr(0, image.find('@'));
  const std::size_t colon = path.rfind(':');
  if (colon != std::string_view::npos && path.find('/', colon) == std::string_view::npos) {
    path = path.substr(0, colon);
  }
  const std::size_t slash = path.find('/');
  if (slash != std::string_view::npos &&
      path.substr(0, slash).find_first_of(".:") != std::string_view::npos) {
    path.remove_prefix(slash + 1);  // a host
  }
  return !path.empty() && std::all_of(image.begin(), image.end(), plain) &&
         std::none_of(path.begin(), path.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

/// Where the package manager of the plan's distribution keeps lists and archives.
inline void mount_system_caches(const plan& p, std::vector<step_mount>& mounts) {
  struct row {
    std::string_view family;
    std::string_view folder;
  };
  static constexpr row folders[] = {
      {"debian", "/var/lib/apt/lists"}, {"debian", "/var/cache/apt"}, {"alpine", "/var/cache/apk"},
      {"fedora", "/var/cache/dnf"},     {"rhel", "/var/cache/dnf"},   {"suse", "/var/cache/zypp"},
      {"opensuse", "/var/cache/zypp"},  {"arch", "/var/cache/pacman"}};
  if (p.base.environment.empty()) return;
  const environment env = parse_environment(p.base.environment);
  const std::string family = env.text("os-family");
  // Another system's lists would be of no use, or worse.
  const std::string system =
      env.text("os-distribution") + "-" + env.text("os-version") + "-" + env.text("arch");
  for (const row& r : folders) {
    if (r.family != family) continue;
    const std::string folder(r.folder);
    std::string id = "opamplan-" + system + folder;
    for (char& c : id) {
      const bool plain = is_letter_or_digit(c);
      if (!plain && c != '_' && c != '.') c = '-';
    }
    mounts.push_back({step_mount::origin::cache, step_id::none, id, folder});
  }
}

}  // namespace emit_impl

OPAMPLAN_INLINE std::string opam_folder(const plan_package& package) {
  return "packages/" + emit_impl::package_word(package);
}

OPAMPLAN_INLINE step_mount source_mount(const plan_source& source) {
  const std::string file = to_hex(source.sha256, 16) + ".tar.gz";
  return {step_mount::origin::context, step_id::none, "sources/" + file, "/opamplan/in/s/" + file};
}

OPAMPLAN_INLINE step_mount script_mount(const char* script) {
  return {step_mount::origin::context, step_id::none, script,
          std::string("/opamplan/in/") + script};
}

OPAMPLAN_INLINE step_recipe image_recipe(const plan& p, step_id step) {
  step_recipe recipe;
  recipe.mounts.push_back(script_mount("step"));
  recipe.command = "/opamplan/in/step -g";
  for (const step_id g : p.steps[step].grafts) emit_impl::add_graft(p, g, recipe);
  emit_impl::add_graft(p, step, recipe);
  recipe.command += " -e " + emit_impl::layer_word(p, p.steps[step].installs.back());
  return recipe;
}

OPAMPLAN_INLINE std::vector<step_id> needed_steps(const plan& p, step_id step) {
  std::vector<step_id> needed{step};
  std::vector<bool> seen(p.steps.size(), false);
  seen[step] = true;
  for (std::size_t i = 0; i < needed.size(); ++i) {
    const plan_step& s = p.steps[needed[i]];
    const auto take = [&](step_id other) {
      if (other == step_id::none || seen[other]) return;
      seen[other] = true;
      needed.push_back(other);
    };
    take(s.parent);
    for (const step_id g : s.grafts) take(g);
  }
  std::sort(needed.begin(), needed.end());
  return needed;
}

OPAMPLAN_INLINE step_recipe recipe_of(const plan& p, const plan_step& step,
                                      const emit_options& options) {
  using emit_impl::layer_word;
  using emit_impl::package_word;
  using origin = step_mount::origin;
  step_recipe recipe;
  recipe.mounts.push_back(script_mount("step"));
  std::string& out = recipe.command;
  out = "/opamplan/in/step" + emit_impl::retry_words(p, step, options);
  const std::vector<std::string> depexts = ensured_depexts(p, step);
  if (!depexts.empty()) out += " -d";
  for (const std::string& d : depexts) out += ' ' + script_word(d);

  if (!step.grafts.empty()) out += " -g";
  for (const step_id g : step.grafts) emit_impl::add_graft(p, g, recipe);
  std::set<std::string> sources;  // packages may share one
  const auto add_once = [&](step_mount mount) {
    if (sources.insert(mount.target).second) recipe.mounts.push_back(std::move(mount));
  };
  const auto add_archives = [&](const plan_package& package) {
    if (options.archives.empty()) return;
    for (const std::string& path : archive_paths(package)) {
      if (options.archives.count(path) == 0) continue;
      add_once(
          {origin::context, step_id::none, "archives/" + path, "/opamplan/in/archives/" + path});
    }
  };
  bool switches = false;  // only the last install of a step can be a target's
  for (const layer_id l : step.installs) {
    const plan_layer& layer = p.layers[l];
    if (layer.for_target && !switches) {
      switches = true;
      if (p.base.with_test) out += " -t";
      if (p.base.with_doc) out += " -D";
    }
    for (std::size_t m = 0; m < layer.packages.size(); ++m) {
      const plan_package& package = p.packages[layer.packages[m]];
      const std::string name = package_word(package);
      recipe.mounts.push_back(
          {origin::context, step_id::none, opam_folder(package), "/opamplan/in/p/" + name});
      if (package.source != source_id::none) add_once(source_mount(p.sources[package.source]));
      add_archives(package);
      if (m == 1) out += " -w";
      if (m >= 1) out += ' ' + name;
    }
    out += " -i " + to_hex(layer.key, 16) + ' ' + layer_word(p, l);
    for (const layer_id n : layer.needs) out += ' ' + layer_word(p, n);
  }
  if (options.system_cache && !depexts.empty()) {
    emit_impl::mount_system_caches(p, recipe.mounts);
  }
  if (options.download_cache) {
    recipe.mounts.push_back({origin::cache, step_id::none, "opamplan", "/opamplan/in/cache"});
  }
  return recipe;
}

OPAMPLAN_INLINE void require_buildable(const plan& p, std::span<const step_id> steps,
                                       std::string_view what) {
  const auto fail = [&](const std::string& why) {
    throw invalid_request(std::string(what) + ": " + why + ": opamplan doctor says more");
  };
  if (steps.empty()) fail("there is no step to build");
  std::vector<bool> held(p.steps.size(), false);
  for (const step_id s : steps) {
    if (s >= held.size()) fail("step " + std::to_string(s) + " is none of the plan");
    const auto need = [&](step_id other) {
      if (other < held.size() && held[other]) return;
      fail("step " + std::to_string(s) + " stands on step " + std::to_string(other) +
           ", which does not come before it");
    };
    if (p.steps[s].parent != step_id::none) need(p.steps[s].parent);
    for (const step_id g : p.steps[s].grafts) need(g);
    held[s] = true;
  }
}

OPAMPLAN_INLINE bool has_dockerfile(const plan& p) noexcept {
  return p.strategy != strategy::merge;
}

OPAMPLAN_INLINE void require_dockerfile(const plan& p) {
  if (has_dockerfile(p)) return;
  throw invalid_request(
      "a plan of the strategy merge has no Dockerfile: only BuildKit's own language can say a "
      "merge "
      "(--format llb, batch_llb). Plan with the strategy graft for Dockerfiles");
}

OPAMPLAN_INLINE std::vector<step_id> steps_of_batch(const plan& p, batch_id batch,
                                                    std::span<const step_id> without) {
  const std::vector<step_id>& all = p.batches[batch].steps;
  std::vector<step_id> rest;
  std::set_difference(all.begin(), all.end(), without.begin(), without.end(),
                      std::back_inserter(rest));
  require_buildable(p, rest, "batch " + std::to_string(batch));
  return rest;
}

OPAMPLAN_INLINE std::vector<step_id> told_by_batch(const plan& p, batch_id batch,
                                                   std::vector<step_id> steps) {
  if (p.builders == 0) return steps;
  std::vector<step_id> told;
  const flat_rows<step_id> by_batch = own_steps(p);
  const std::span<const step_id> own = by_batch[batch];
  std::set_intersection(own.begin(), own.end(), steps.begin(), steps.end(),
                        std::back_inserter(told));
  return told;
}

OPAMPLAN_INLINE std::vector<step_mount> result_mounts(const plan& p, std::span<const step_id> steps,
                                                      std::span<const step_id> told) {
  std::vector<bool> used(p.steps.size(), false);
  for (const step_id s : steps) {
    if (p.steps[s].parent != step_id::none) used[p.steps[s].parent] = true;
    for (const step_id g : p.steps[s].grafts) used[g] = true;
  }
  index_vector<layer_id, step_id> step_of(p.layers.size());
  const auto claim = [&](step_id s) {
    for (const layer_id l : p.steps[s].installs) {
      if (step_of[l] == step_id::none) step_of[l] = s;
    }
  };
  // First those that nothing else would build.
  for (const step_id s : told) {
    if (!used[s]) claim(s);
  }
  for (const step_id s : told) claim(s);
  std::vector<step_mount> mounts;
  // A builder drops what nobody asks for: of system steps, which others are to find, a folder that
  // is in every image.
  for (const step_id s : told) {
    if (used[s] || !p.steps[s].installs.empty()) continue;
    mounts.push_back({step_mount::origin::step, s, "opamplan/repository/packages",
                      "/opamplan/in/kept/system-" + std::to_string(s.value())});
  }
  for (const layer_id l : step_of.indices()) {
    if (step_of[l] == step_id::none) continue;
    // The key too: a builder that misses it says whose it is, whatever the package's variants.
    const std::string place = emit_impl::layer_word(p, l) + "/" + to_hex(p.layers[l].key, 16);
    mounts.push_back({step_mount::origin::step, step_of[l], "opamplan/results/" + place,
                      "/opamplan/in/t/" + place});
  }
  return mounts;
}

OPAMPLAN_INLINE std::vector<std::pair<std::string, std::string>> step_environment(
    const emit_options& options) {
  std::vector<std::pair<std::string, std::string>> all = {
      {"OPAMROOT", "/opamplan/opam"}, {"OPAMSWITCH", "default"},
      {"OPAMROOTISOK", "1"},          {"OPAMYES", "1"},
      {"OPAMCOLOR", "never"},         {"OPAMCONFIRMLEVEL", "unsafe-yes"},
      {"OPAMERRLOGLEN", "0"},         {"OPAMPRECISETRACKING", "1"}};
  if (options.source_date_epoch != 0) {
    all.emplace_back("SOURCE_DATE_EPOCH", std::to_string(options.source_date_epoch));
  }
  all.insert(all.end(), options.environment.begin(), options.environment.end());
  return all;
}

OPAMPLAN_INLINE std::optional<image_platform> platform_of(const plan& p,
                                                          const emit_options& options) {
  struct row {
    std::string_view opam;
    std::string_view architecture;
    std::string_view variant;
  };
  static constexpr row known[] = {{"x86_64", "amd64", ""},    {"x86_32", "386", ""},
                                  {"i686", "386", ""},        {"arm64", "arm64", ""},
                                  {"arm32", "arm", "v7"},     {"ppc64", "ppc64le", ""},
                                  {"riscv64", "riscv64", ""}, {"s390x", "s390x", ""}};
  if (p.base.environment.empty()) return std::nullopt;
  const environment env = parse_environment(p.base.environment);
  const std::string os = env.text("os");
  if (!os.empty() && os != "linux") {
    throw invalid_request("this plan is for os = " + os +
                          ": steps are carried out in Linux images, so it can be looked at, but "
                          "not emitted or built");
  }
  const std::string arch = env.text("arch");
  if (arch.empty()) return std::nullopt;
  for (const row& r : known) {
    if (r.opam != arch) continue;
    image_platform found{"linux", std::string(r.architecture), std::string(r.variant)};
    for (const std::string& asked : options.platforms) {
      if (asked != found.text() && asked != found.os + "/" + found.architecture) {
        throw invalid_request("the platform " + asked +
                              " is not that of this plan, whose arch is " + arch + " (" +
                              found.text() + "): plan with another --arch");
      }
    }
    return found;
  }
  throw invalid_request("no images are known for arch = " + arch);
}

OPAMPLAN_INLINE bool is_proxy_argument(std::string_view name) noexcept {
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; };
  for (const std::string_view known :
       {"http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "all_proxy"}) {
    if (std::equal(name.begin(), name.end(), known.begin(), known.end(), same)) return true;
  }
  return false;
}

OPAMPLAN_INLINE const std::string& build_argument_name(const std::string& name) {
  const auto plain = [](char c) { return is_letter_or_digit(c) || c == '_'; };
  if (name.empty() || !std::all_of(name.begin(), name.end(), plain) || is_digit(name.front())) {
    throw invalid_request("a build argument's name has letters, digits and _: " +
                          json_string(name));
  }
  return name;
}

OPAMPLAN_INLINE const std::string& network_of(const emit_options& options) {
  const std::string& mode = options.network;
  if (!mode.empty() && mode != "none" && mode != "host" && mode != "default") {
    throw invalid_request("a step's network is none, host or default, not " + json_string(mode));
  }
  return mode;
}

OPAMPLAN_INLINE const std::string& registry_of(const emit_options& options) {
  const std::string& registry = options.registry;
  const std::string image = registry + "/image";
  if (!registry.empty() &&
      (!emit_impl::is_image_name(image) || image.front() == '/' ||
       image.find("//") != std::string::npos || registry.find('@') != std::string::npos ||
       registry.find(':', registry.find('/')) != std::string::npos)) {
    throw invalid_request(json_string(registry) +
                          " is not where images are kept: HOST/PATH, such as ghcr.io/me, in small "
                          "letters, without a tag and a / at its end");
  }
  return registry;
}

OPAMPLAN_INLINE std::string base_image_of(const plan& p, const emit_options& options) {
  const std::string& image = options.base_image.empty() ? p.base.image : options.base_image;
  if (image.empty()) {
    throw invalid_request(
        "no base image is known for this environment; name one (--image, EmitOptions.base_image)");
  }
  if (!emit_impl::is_image_name(image)) {
    throw invalid_request(json_string(image) +
                          " is not the name of an image: small letters, digits, and . _ - / "
                          "between them, then :TAG or @DIGEST");
  }
  return image;
}

}  // namespace opamplan
