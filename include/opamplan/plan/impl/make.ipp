/// \file
/// Collecting what a plan knows of its packages, then layers, steps and batches.
#pragma once

#include <algorithm>

#include "opamplan/closure/closure.hpp"
#include "opamplan/config.hpp"
#include "opamplan/error.hpp"
#include "opamplan/package/impl/fields.ipp"
#include "opamplan/package/opam_file.hpp"
#include "opamplan/plan/batches.hpp"
#include "opamplan/plan/layers.hpp"
#include "opamplan/plan/make.hpp"
#include "opamplan/plan/strategies.hpp"
#include "opamplan/solve/impl/parallel.ipp"
#include "opamplan/syntax/ast.hpp"

namespace opamplan {
namespace make_detail {

// Variables of packages (`ocaml:version`) are left out: a package that reads one depends on that
// package, whose own key tells. So layers below the compiler are the same for every compiler.
inline std::string base_environment(const environment& env) {
  environment base = env;
  for (const auto& [name, value] : env.values()) {
    if (name.find(':') != std::string::npos) base.unset(name);
  }
  return base.canonical_text();
}

/// Of what can change a build: opam's effective part, and what lies in `files/`.
inline digest effective_digest(const syntax::file& file, const std::vector<plan_file>& files) {
  const std::string effective = effective_part(file);
  if (files.empty()) return sha256_of(effective);
  sha256 hash;
  hash.add_field(effective);
  for (const plan_file& f : files) {
    hash.add_field(f.path).add_field(f.executable ? "x" : "").add_field(f.content);
  }
  return hash.finish();
}

/// Whether `x-ci-accept-failures` names the environment's distribution, as ocaml-ci names them:
/// `debian-13`, or all of a distribution's versions, `debian`.
inline bool accepts_failure(const syntax::file& file, const environment& env) {
  const auto value = file.find("x-ci-accept-failures");
  const variable_value* const distribution = env.get("os-distribution");
  if (!value || distribution == nullptr) return false;
  const variable_value* const version = env.get("os-version");
  const std::string any = to_string(*distribution);
  const std::string exact = version == nullptr ? any : any + "-" + to_string(*version);
  for (const std::string& name : field_detail::read_strings(*value, {})) {
    if (name == any || name == exact) return true;
  }
  return false;
}

inline std::string full_name(const repository& repo, package_id id) {
  return repo.name_string(id) + "." + std::string(repo.version_string(id));
}

inline std::string cyclic(const repository& repo, const std::vector<package_id>& cycle) {
  std::vector<std::string> names;
  for (const package_id id : cycle) names.push_back(full_name(repo, id));
  return "its dependencies are cyclic, which opam refuses: " + cycle_text(names);
}

}  // namespace make_detail

OPAMPLAN_INLINE plan make_plan(const universe& u, std::span<const solution> solutions,
                               const plan_options& options) {
  const repository& repo = u.repository();
  if (options.depext_size > max_package_size) {
    throw invalid_request("a system package of more than a terabyte");
  }
  plan p;
  p.strategy = options.strategy;
  p.limits = options.limits;
  p.base.image = options.image.empty() ? preset_image(u.environment()) : options.image;
  p.base.opam_version = options.opam_version;
  if (p.base.opam_version.empty()) {
    const variable_value* const version = u.environment().get("opam-version");
    if (version != nullptr) p.base.opam_version = to_string(*version);
  }
  p.base.environment = make_detail::base_environment(u.environment());
  p.base.with_test = u.options().root_dependencies.with_test;
  p.base.with_doc = u.options().root_dependencies.with_doc;

  // Targets ascending, so that the order in which they were solved does not show.
  std::vector<std::uint32_t> order(solutions.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return solutions[a].target < solutions[b].target;
  });
  std::vector<solution> sorted;
  sorted.reserve(order.size());
  std::vector<std::uint32_t> index_of(repo.size(), no_step);
  for (const std::uint32_t i : order) {
    const solution& s = solutions[i];
    const std::vector<package_id> cycle = build_cycle(s);
    if (!cycle.empty()) {
      p.left_out.push_back(
          {make_detail::full_name(repo, s.target), make_detail::cyclic(repo, cycle)});
      continue;
    }
    for (const package_id id : closure_of(s, closure_edges::build_and_post).packages) {
      index_of[to_index(id)] = 0;
    }
    sorted.push_back(s);
  }
  std::vector<package_id> used;
  for (const package_id id : repo.packages()) {
    if (index_of[to_index(id)] == no_step) continue;
    index_of[to_index(id)] = static_cast<std::uint32_t>(used.size());
    used.push_back(id);
  }
  p.packages.resize(used.size());
  parallel_blocks(used.size(), 0, 64, "describe", {}, [&] {
    return [&](std::size_t i) {
      plan_package& package = p.packages[i];
      package.name = repo.name_string(used[i]);
      package.version = std::string(repo.version_string(used[i]));
      package.opam = std::string(repo.text(used[i]));
      for (const extra_file& f : repo.extra_files(used[i])) {
        package.files.push_back({std::string(f.path), std::string(f.content), f.executable});
      }
      package.effective = make_detail::effective_digest(repo.file(used[i]), package.files);
      package.accepts_failure = make_detail::accepts_failure(repo.file(used[i]), u.environment());
      package.depexts = depexts_for(read_depexts(repo.file(used[i])), u.environment());
      if (options.size_of) package.size = options.size_of(used[i]);
      if (package.size <= max_package_size) return;
      throw invalid_request("the size of " + package.full_name() + ", " +
                            std::to_string(package.size) + " bytes, is more than a terabyte");
    };
  });

  layer_graph layers = make_layers(sorted, index_of, p.packages, p.base);
  switch (options.strategy) {
    case strategy::graft:
      assemble_graft(layers, options.limits.depth, options.depext_size, p);
      break;
    case strategy::chain:
      assemble_chain(layers, options.limits.depth, p);
      break;
    case strategy::prefix:
      assemble_prefix(layers, options.limits.depth, p);
      break;
  }
  p.layers = std::move(layers.layers);
  make_batches(p);
  return p;
}

}  // namespace opamplan
