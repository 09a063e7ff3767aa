/// \file
/// Explanations of requests, and of all that a repository cannot build.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <tuple>
#include <utility>

#include "opamplan/base/config.hpp"
#include "opamplan/base/workers.hpp"
#include "opamplan/solve/explain.hpp"
#include "opamplan/solve/impl/explain_parts.hpp"

namespace opamplan {
OPAMPLAN_INLINE explanation explain(const universe& u, package_id target,
                                    const solve_options& options) {
  const name_id name = u.repository().name_of(target);
  if (!u.is_candidate(target)) return solve_impl::explain_absence(u, name, target);
  const solve_options effective = options_for(u, options, target);
  solve_impl::prober p(u, effective);
  return solve_impl::explain_target(p, u, solve_impl::premises_of(effective), name, target,
                                    u.tables().package_candidates[target]);
}

OPAMPLAN_INLINE explanation explain(const universe& u, name_id name, const solve_options& options) {
  if (u.tables().roles[name].candidate_count == 0) {
    return solve_impl::explain_absence(u, name, u.latest(name));
  }
  solve_impl::prober p(u, options);
  return solve_impl::explain_target(p, u, solve_impl::premises_of(options), name, package_id::none,
                                    u.tables().any_version[name]);
}

OPAMPLAN_INLINE blocker_report find_blockers(const universe& u, std::span<const package_id> targets,
                                             const solve_options& options) {
  using solve_impl::prober;
  const universe_tables& t = u.tables();
  std::vector<package_id> unsolvable;
  for (const solve_result& r : solve_all(u, targets, options).results) {
    if (r.status == solve_status::no_solution) unsolvable.push_back(r.target);
  }
  blocker_report report;
  report.explanations.resize(unsolvable.size());
  const auto premises = solve_impl::premises_of(options);
  parallel_blocks(unsolvable.size(), options.threads, 8, "explain", options.progress,
                  [&](const progress_callback& poll) {
                    const auto own = solve_impl::with_progress(options, poll);
                    return [&, own, p = std::make_shared<prober>(u, *own)](std::size_t i) {
                      const package_id id = unsolvable[i];
                      const name_id name = u.repository().name_of(id);
                      const candidate_id c = t.package_candidates[id];
                      report.explanations[i] =
                          c == candidate_id::none ? solve_impl::explain_absence(u, name, id)
                          : p->excluded(c)
                              ? explain(u, id, *own)
                              : solve_impl::explain_target(*p, u, premises, name, id, c);
                    };
                  });

  std::map<std::string, blocker_group> groups;
  std::map<std::string, std::vector<std::size_t>> blocked;  // name -> explanations
  for (std::size_t i = 0; i < unsolvable.size(); ++i) {
    const explanation& e = report.explanations[i];
    blocker_group& g = groups[e.cause];
    g.cause = e.cause;
    g.blockers = e.blockers;
    g.targets.push_back(e.target);
    for (const std::string& name : e.blockers) blocked[name].push_back(i);
  }
  for (auto& [cause, group] : groups) report.groups.push_back(std::move(group));
  std::stable_sort(report.groups.begin(), report.groups.end(),
                   [](const blocker_group& a, const blocker_group& b) {
                     return a.targets.size() > b.targets.size();
                   });

  for (const auto& [name, which] : blocked) {
    blocker b;
    b.name = name;
    b.blocked = which.size();
    std::set<std::string> texts;
    for (const std::size_t i : which) {
      for (const fact& f : report.explanations[i].facts) {
        if (f.impossible_alone && u.repository().name_string(f.package) == name &&
            texts.insert(f.text).second) {
          b.rules.push_back(f);
        }
      }
    }
    report.blockers.push_back(std::move(b));
  }
  // Lift the impossible rules of one name, and ask again.
  parallel_blocks(report.blockers.size(), options.threads, 4, "unlock", options.progress,
                  [&](const progress_callback& poll) {
                    const auto own = solve_impl::with_progress(options, poll);
                    return [&, own, p = std::make_shared<prober>(u, *own)](std::size_t n) {
                      blocker& b = report.blockers[n];
                      const auto& role = t.roles[u.repository().find_name(b.name)];
                      const auto set_impossible = [&](bool on) {
                        for (std::uint32_t k = 0; k < role.candidate_count; ++k) {
                          const candidate_id c{role.first_candidate + k};
                          const auto row = p->required(c);
                          for (std::uint32_t r = 0; r < row.size(); ++r) {
                            if (p->impossible(row[r]))
                              p->set({rule_place::kind::required, c, r}, on);
                          }
                        }
                      };
                      for (const std::size_t i : blocked[b.name]) {
                        const package_id id = unsolvable[i];
                        p->aim(u.repository().name_of(id));
                        set_impossible(false);
                        if (p->solve(t.package_candidates[id]) == search_outcome::satisfiable) {
                          ++b.unlocked;
                        }
                        set_impossible(true);
                      }
                    };
                  });
  std::stable_sort(report.blockers.begin(), report.blockers.end(),
                   [](const blocker& a, const blocker& b) {
                     return std::tuple(b.unlocked, b.blocked) < std::tuple(a.unlocked, a.blocked);
                   });
  return report;
}

OPAMPLAN_INLINE blocker_report find_blockers(const universe& u,
                                             std::span<const package_request> requests,
                                             const solve_options& options) {
  std::vector<package_request> names;
  std::vector<package_id> targets;
  for (const package_request& r : requests) {
    if (r.package == package_id::none) {
      names.push_back(r);
    } else {
      targets.push_back(r.package);
    }
  }
  for (const solve_result& r : solve_all(u, names, options).results) {
    const package_id newest = u.latest(r.name);
    if (r.status != solve_status::solution && newest != package_id::none) targets.push_back(newest);
  }
  std::sort(targets.begin(), targets.end());
  return find_blockers(u, targets, options);
}

}  // namespace opamplan
