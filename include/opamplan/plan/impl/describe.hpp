/// \file
/// What a plan knows of its packages, and of what all stand on.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "opamplan/base/sha256.hpp"
#include "opamplan/package/environment.hpp"
#include "opamplan/package/opam_file.hpp"
#include "opamplan/plan/plan.hpp"
#include "opamplan/repository/repository.hpp"
#include "opamplan/solve/universe.hpp"
#include "opamplan/syntax/ast.hpp"

namespace opamplan::plan_impl {

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
  if (!file.find("x-ci-accept-failures")) return false;
  const variable_value* const distribution = env.get("os-distribution");
  if (distribution == nullptr) return false;
  const variable_value* const version = env.get("os-version");
  const std::string any = to_string(*distribution);
  const std::string exact = version == nullptr ? any : any + "-" + to_string(*version);
  for (const std::string& name : opam_file::read(file).ci_accept_failures) {
    if (name == any || name == exact) return true;
  }
  return false;
}

/// All but its size, and what a pin is built from.
inline plan_package described(const repository& repo, package_id id, const environment& env) {
  plan_package package;
  package.name = repo.name_string(id);
  package.version = std::string(repo.version_string(id));
  package.opam = std::string(repo.text(id));
  for (const extra_file& f : repo.extra_files(id)) {
    package.files.push_back({std::string(f.path), std::string(f.content), f.executable});
  }
  package.effective = effective_digest(repo.file(id), package.files);
  package.accepts_failure = accepts_failure(repo.file(id), env);
  package.depexts = depexts_for(read_depexts(repo.file(id)), env);
  return package;
}

/// Empty texts stand for what the environment says.
inline plan_base base_of(const universe& u, const std::string& image,
                         const std::string& opam_version) {
  plan_base base;
  base.image = image.empty() ? preset_image(u.environment()) : image;
  base.opam_version = opam_version;
  if (base.opam_version.empty()) {
    const variable_value* const version = u.environment().get("opam-version");
    if (version != nullptr) base.opam_version = to_string(*version);
  }
  base.environment = base_environment(u.environment());
  base.with_test = u.options().root_dependencies.with_test;
  base.with_doc = u.options().root_dependencies.with_doc;
  return base;
}

}  // namespace opamplan::plan_impl
