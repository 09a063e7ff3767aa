/// \file
/// Steps in an executor's words.
#pragma once

#include <algorithm>

#include "opamplan/config.hpp"
#include "opamplan/emit/quote.hpp"
#include "opamplan/emit/recipe.hpp"
#include "opamplan/error.hpp"

namespace opamplan {
namespace recipe_detail {

/// NAME.VERSION as a word; it is the name of a folder too.
inline std::string package_word(const plan_package& package) {
  const std::string name = package.full_name();
  if (name.front() == '.' || name.find('/') != std::string::npos) {
    throw invalid_request("a package's name begins with \".\" or holds \"/\": " +
                          json_string(name));
  }
  return script_word(name);
}

}  // namespace recipe_detail

OPAMPLAN_INLINE step_recipe recipe_of(const plan& p, const plan_step& step,
                                      const emit_options& options) {
  using recipe_detail::package_word;
  step_recipe recipe;
  std::string& out = recipe.command;
  out = "/opamplan/step";
  unsigned retry = 0;
  for (const std::uint32_t i : step.installs) {
    if (options.retry.empty()) break;
    const auto found = options.retry.find(p.packages[i].full_name());
    if (found != options.retry.end()) retry += found->second;
  }
  if (retry != 0) out += " -r " + std::to_string(retry);
  if (step.for_target && p.base.with_test) out += " -t";
  if (!step.depexts.empty()) out += " -d";
  for (const std::string& d : step.depexts) out += ' ' + script_word(d);

  // Grafts by the image they come from, in the order of the first that each serves.
  const auto source_of = [&](std::size_t i) {
    return i < step.sources.size() ? step.sources[i] : step.grafts[i];
  };
  for (std::size_t i = 0; i < step.grafts.size(); ++i) {
    const std::uint32_t from = source_of(i);
    if (std::find(recipe.sources.begin(), recipe.sources.end(), from) == recipe.sources.end()) {
      recipe.sources.push_back(from);
    }
  }
  for (std::size_t m = 0; m < recipe.sources.size(); ++m) {
    out += " -g " + std::to_string(m);
    for (std::size_t i = 0; i < step.grafts.size(); ++i) {
      if (source_of(i) != recipe.sources[m]) continue;
      out += ' ' + package_word(p.packages[p.steps[step.grafts[i]].installs.back()]);
    }
  }
  for (std::size_t i = 0; i < step.installs.size(); ++i) {
    out += " -i " + to_hex(i < step.layers.size() ? step.layers[i] : step.key, 16) + ' ' +
           package_word(p.packages[step.installs[i]]);
    for (const std::uint32_t n : step.needs[i]) out += ' ' + package_word(p.packages[n]);
  }
  recipe.opam = step.installs;
  return recipe;
}

OPAMPLAN_INLINE std::pair<std::string, std::string> opam_mount(const plan_package& package) {
  const std::string folder = path_component(package.full_name());
  return {"packages/" + folder,
          "/opamplan/repository/packages/" + path_component(package.name) + "/" + folder};
}

OPAMPLAN_INLINE std::vector<std::uint32_t> last_steps(const plan& p,
                                                      std::span<const std::uint32_t> steps) {
  std::vector<bool> used(p.steps.size(), false);
  for (const std::uint32_t s : steps) {
    if (p.steps[s].parent != no_step) used[p.steps[s].parent] = true;
    for (const std::uint32_t g : p.steps[s].grafts) used[g] = true;
  }
  std::vector<std::uint32_t> last;
  for (const std::uint32_t s : steps) {
    if (!used[s]) last.push_back(s);
  }
  return last;
}

OPAMPLAN_INLINE std::vector<std::pair<std::string, std::string>> step_environment(
    const emit_options& options) {
  std::vector<std::pair<std::string, std::string>> all = {{"OPAMROOT", "/opamplan/opam"},
                                                          {"OPAMROOTISOK", "1"},
                                                          {"OPAMYES", "1"},
                                                          {"OPAMCOLOR", "never"},
                                                          {"OPAMCONFIRMLEVEL", "unsafe-yes"},
                                                          {"OPAMERRLOGLEN", "0"},
                                                          {"OPAMPRECISETRACKING", "1"}};
  if (options.source_date_epoch != 0) {
    all.emplace_back("SOURCE_DATE_EPOCH", std::to_string(options.source_date_epoch));
  }
  all.insert(all.end(), options.environment.begin(), options.environment.end());
  return all;
}

}  // namespace opamplan
