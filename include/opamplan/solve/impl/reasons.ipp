/// \file
/// Paths, edges and choices of one solution.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "opamplan/base/config.hpp"
#include "opamplan/base/error.hpp"
#include "opamplan/solve/impl/explain_parts.hpp"
#include "opamplan/solve/impl/search_guard.hpp"
#include "opamplan/solve/reasons.hpp"
#include "opamplan/solve/rules.hpp"

namespace opamplan {
namespace solve_impl {

inline constexpr std::uint32_t nowhere = 0xffffffffU;

inline std::uint32_t position_of(const solution& s, package_id p) {
  const auto it = std::lower_bound(s.packages.begin(), s.packages.end(), p);
  if (it == s.packages.end() || *it != p) return nowhere;
  return static_cast<std::uint32_t>(it - s.packages.begin());
}

/// The version of a name that is selected, or `package_id::none`.
inline package_id selected_of(const universe& u, const solution& s, name_id name) {
  const auto it = std::find_if(s.packages.begin(), s.packages.end(),
                               [&](package_id p) { return u.repository().name_of(p) == name; });
  return it == s.packages.end() ? package_id::none : *it;
}

inline package_atom exactly(const universe& u, package_id p) {
  return {u.repository().name_string(p),
          version_formula::of({relop::eq, std::string(u.repository().version_string(p))})};
}

/// What the walk chose before it came to `name`.
inline std::vector<package_id> chosen_before(const universe& u, const solve_options& options,
                                             package_id target, name_id name) {
  const universe_tables& t = u.tables();
  auto o = sat_core_options(u, options);
  search_guard guard(options.progress, "explain", options.time_limit);
  guard.start();
  o.keep_going = [&] { return guard.keep_going(); };
  if (t.root_required.size() != 0) {
    o.root_role = role_of(u.repository().name_of(target));
  }
  sat_core core(t, std::move(o));
  std::vector<package_id> before;
  if (core.solve(t.package_candidates[target]) != search_outcome::satisfiable) {
    return before;
  }
  for (const candidate_id c : core.selected()) {
    const package_id p = t.candidate_packages[c];
    if (p == package_id::none) continue;
    if (u.repository().name_of(p) == name) break;
    before.push_back(p);
  }
  return before;
}

/// Explains why the target has no solution under `options`, or nothing if it has one.
inline bool explain_if_unsolvable(const universe& u, const solve_options& options,
                                  const std::vector<premise>& premises, package_id target,
                                  explanation& out) {
  if (solver(u, options).solve(target).status != solve_status::no_solution) return false;
  prober p(u, options);
  out = explain_target(p, u, premises, u.repository().name_of(target), target,
                       u.tables().package_candidates[target]);
  return true;
}

inline explanation without_facts(name_id name, package_id wanted, std::string cause,
                                 std::string sentence) {
  explanation e;
  e.name = name;
  e.target = wanted;
  e.cause = std::move(cause);
  e.sentences.push_back(std::move(sentence));
  return e;
}

}  // namespace solve_impl

OPAMPLAN_INLINE std::vector<package_id> path_to(const solution& s, package_id to) {
  using solve_impl::nowhere;
  const std::uint32_t root = solve_impl::position_of(s, s.target);
  const std::uint32_t goal = solve_impl::position_of(s, to);
  std::vector<package_id> path;
  if (root == nowhere || goal == nowhere) return path;
  const auto edges = [&](std::uint32_t v, const auto& visit) {
    for (const std::uint32_t d : s.dependencies[v]) visit(d);
    for (const std::uint32_t d : s.post_dependencies[v]) visit(d);
  };
  for (const std::uint32_t v : shortest_path(root, goal, s.packages.size(), edges)) {
    path.push_back(s.packages[v]);
  }
  return path;
}

OPAMPLAN_INLINE fact edge_fact(const universe& u, const solution& s, package_id from,
                               package_id to) {
  const universe_tables& t = u.tables();
  const repository& repo = u.repository();
  const candidate_id c = t.package_candidates[from];
  const bool root = t.root_required.size() != 0 && from == s.target;
  const auto row = root ? t.root_required[c] : t.required[c];
  const dependency_context context = dependency_switches(repo, u.options(), from, root);
  const std::string& name = repo.name_string(to);
  for (std::uint32_t i = 0; i < row.size(); ++i) {
    const fact f = describe_rule(u, from, context, fact::kind::needs, i);
    if (f.field == "depends" && std::find(f.names.begin(), f.names.end(), name) != f.names.end()) {
      return f;
    }
  }
  const auto optional = t.optional_names[c];
  if (std::find(optional.begin(), optional.end(), repo.name_of(to)) == optional.end()) {
    throw invalid_request(
        fmt::format("{} does not depend on {}", repo.full_name(from), repo.full_name(to)));
  }
  return describe_optional(u, from, name);
}

OPAMPLAN_INLINE explanation explain_choice(const universe& u, const solution& s, package_id wanted,
                                           const solve_options& options) {
  using solve_impl::premise;
  const repository& repo = u.repository();
  const name_id name = repo.name_of(wanted);
  const package_id selected = solve_impl::selected_of(u, s, name);
  if (selected == wanted) throw invalid_request(repo.full_name(wanted) + " is selected");
  if (!u.is_candidate(wanted)) return solve_impl::explain_absence(u, name, wanted);
  const solve_options asked = options_for(u, options, s.target);
  for (const auto* list : {&asked.roots, &asked.constraints}) {
    for (const package_atom& a : *list) {
      if (a.name != repo.name_string(wanted) ||
          satisfies(a.constraint, repo.version_string(wanted))) {
        continue;
      }
      return solve_impl::without_facts(name, wanted, "another version was asked for",
                                       fmt::format("you asked for {}", rule_text(a)));
    }
  }
  explanation e;
  if (name == repo.name_of(s.target)) {
    const solve_options other = options_for(u, options, wanted);
    if (solve_impl::explain_if_unsolvable(u, other, solve_impl::premises_of(other), wanted, e)) {
      return e;
    }
    return solve_impl::without_facts(name, wanted, "another version is the target",
                                     repo.full_name(s.target) + " is the target");
  }
  // Not with the target at all?
  solve_options forced = asked;
  auto premises = solve_impl::premises_of(asked);
  forced.roots.push_back(solve_impl::exactly(u, wanted));
  premises.push_back({forced.roots.back(), ""});
  if (solve_impl::explain_if_unsolvable(u, forced, premises, s.target, e)) return e;
  if (selected == package_id::none) {
    return solve_impl::without_facts(
        name, wanted, "not needed",
        fmt::format("nothing in the solution needs {}", repo.name_string(wanted)));
  }
  const universe_tables& t = u.tables();
  const bool is_preferred = std::find(options.preferred.begin(), options.preferred.end(),
                                      selected) != options.preferred.end();
  if (is_preferred || t.package_candidates[selected] < t.package_candidates[wanted]) {
    return solve_impl::without_facts(name, wanted, "another version is preferred",
                                     fmt::format("{} is possible, and preferred to {}",
                                                 repo.full_name(selected), repo.full_name(wanted)));
  }
  // It is better than what was selected: then what was chosen before excludes it.
  for (const package_id p : solve_impl::chosen_before(u, asked, s.target, name)) {
    if (p == s.target) continue;
    forced.constraints.push_back(solve_impl::exactly(u, p));
    premises.push_back({forced.constraints.back(), "{} was chosen before"});
  }
  if (solve_impl::explain_if_unsolvable(u, forced, premises, s.target, e)) return e;
  return solve_impl::without_facts(
      name, wanted, "an alternative comes first",
      fmt::format("an alternative that is written first excludes {}", repo.full_name(wanted)));
}

}  // namespace opamplan
