/// \file
/// The judge of solutions.
#pragma once

#include <fmt/format.h>

#include <map>
#include <set>
#include <string_view>

#include "opamplan/base/config.hpp"
#include "opamplan/package/opam_file.hpp"
#include "opamplan/solve/check.hpp"
#include "opamplan/syntax/ast.hpp"

namespace opamplan {
namespace solve_impl {

using selection = std::map<std::string, std::string, std::less<>>;

inline bool selected(const package_atom& atom, const selection& s) {
  const auto it = s.find(atom.name);
  return it != s.end() && satisfies(atom.constraint, it->second);
}

inline bool satisfied(const package_formula& f, const selection& s) {
  if (f.is_atom()) return selected(f.atom, s);
  if (f.is_empty()) return true;
  for (const package_formula& arg : f.args) {
    if (satisfied(arg, s) != f.is_conjunction()) return !f.is_conjunction();
  }
  return f.is_conjunction();
}

inline bool in_conflict(const package_formula& f, const selection& s) {
  return !f.is_empty() && satisfied(f, s);
}

}  // namespace solve_impl

OPAMPLAN_INLINE std::vector<std::string> broken_rules(const universe& u, const solution& s,
                                                      const solve_options& options) {
  const repository& repo = u.repository();
  std::vector<std::string> broken;
  solve_impl::selection selected;
  for (const package_id p : s.packages) {
    const auto [it, added] =
        selected.emplace(repo.name_string(p), std::string(repo.version_string(p)));
    if (!added) broken.push_back(fmt::format("{} is selected in two versions", it->first));
  }
  if (selected.find(repo.name_string(s.target)) == selected.end()) {
    broken.push_back("the target is not selected");
  }
  std::map<std::string, std::string> class_members;
  for (const package_id p : s.packages) {
    const syntax::file& file = repo.file(p);
    const std::string& name = repo.name_string(p);
    const std::string_view version = repo.version_string(p);
    const dependency_context context = dependency_switches(repo, u.options(), p, p == s.target);
    if (!is_available(read_available(file), u.environment(), name, version)) {
      broken.push_back(fmt::format("{} is not available", repo.full_name(p)));
    }
    if (!solve_impl::satisfied(
            evaluate_depends(read_depends(file), u.environment(), name, version, context),
            selected)) {
      broken.push_back(fmt::format("{} lacks a dependency", repo.full_name(p)));
    }
    if (solve_impl::in_conflict(
            evaluate_depends(read_conflicts(file), u.environment(), name, version, context),
            selected)) {
      broken.push_back(fmt::format("{} conflicts with the selection", repo.full_name(p)));
    }
    for (const std::string& k : read_conflict_classes(file)) {
      const auto [it, added] = class_members.emplace(k, name);
      if (!added) {
        broken.push_back(
            fmt::format("{} and {} are both of conflict class {}", it->second, name, k));
      }
    }
  }
  for (const package_atom& root : options.roots) {
    if (!solve_impl::selected(root, selected)) {
      broken.push_back(fmt::format("the root {} is not selected as asked", root.name));
    }
  }
  for (const package_atom& constraint : options.constraints) {
    const auto it = selected.find(constraint.name);
    if (it != selected.end() && !satisfies(constraint.constraint, it->second)) {
      broken.push_back(fmt::format("{} is not of a version that was asked for", constraint.name));
    }
  }
  return broken;
}

}  // namespace opamplan
