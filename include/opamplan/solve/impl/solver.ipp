/// \file
/// Requests on top of the search, and the whole repository on several threads.
#pragma once

#include <algorithm>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/base/workers.hpp"
#include "opamplan/package/opam_file.hpp"
#include "opamplan/repository/names.hpp"
#include "opamplan/solve/extract.hpp"
#include "opamplan/solve/impl/search_guard.hpp"
#include "opamplan/solve/solver.hpp"

namespace opamplan {

OPAMPLAN_INLINE std::string_view to_string(solve_status status) noexcept {
  switch (status) {
    case solve_status::solution:
      return "solution";
    case solve_status::no_solution:
      return "no_solution";
    case solve_status::unavailable:
      return "unavailable";
    case solve_status::gave_up:
      return "gave_up";
  }
  return "";
}

OPAMPLAN_INLINE solve_options options_for(const universe& u, const solve_options& options,
                                          package_id target) {
  solve_options result = options;
  const repository& repo = u.repository();
  for (auto* list : {&result.roots, &result.constraints}) {
    for (package_atom& atom : *list) {
      if (atom.name == repo.name_string(target) &&
          !satisfies(atom.constraint, repo.version_string(target))) {
        atom.constraint = {};
      }
    }
  }
  return result;
}

namespace solve_impl {

/// Without those that are no candidates in this environment.
inline std::vector<candidate_id> candidates_of(const universe_tables& t,
                                               std::span<const package_id> packages) {
  std::vector<candidate_id> out;
  for (const package_id p : packages) {
    if (t.package_candidates[p] != candidate_id::none) out.push_back(t.package_candidates[p]);
  }
  return out;
}

}  // namespace solve_impl

OPAMPLAN_INLINE sat_core::options sat_core_options(const universe& u,
                                                   const solve_options& options) {
  sat_core::options result;
  result.conflict_limit = options.conflict_limit;
  const auto& tables = u.tables();
  const auto restrict_name = [&](const package_atom& atom) {
    const name_id name = require_name(u.repository(), atom.name);
    const auto& role = tables.roles[name];
    for (std::uint32_t i = 0; i < role.candidate_count; ++i) {
      const candidate_id c{role.first_candidate + i};
      const package_id p = tables.candidate_packages[c];
      if (!satisfies(atom.constraint, u.repository().version_string(p))) {
        result.excluded.push_back(c);
      }
    }
    return name;
  };
  for (const package_atom& root : options.roots) {
    result.roots.push_back(tables.any_version[restrict_name(root)]);
  }
  for (const package_atom& constraint : options.constraints) restrict_name(constraint);
  result.preferred = solve_impl::candidates_of(tables, options.preferred);
  return result;
}

struct solver::state {
  state(universe u, solve_options o)
      : universe_(std::move(u)),
        options(std::move(o)),
        core_options(sat_core_options(universe_, options)),
        roots_differ(universe_.tables().root_required.size() != 0),
        keeps_rules(roots_differ ? universe_.tables().roles.size() : 0),
        extractor(universe_.tables()),
        guard(options.progress, "solve", options.time_limit) {
    core_options.keep_going = [this] { return guard.keep_going(); };
  }

  /// A search, and whether the target has root rules there under an assumption.
  struct search {
    sat_core* core;
    bool as_root;
  };

  /// The one for this request. A version without rules as a target alone is as any other.
  search search_for(candidate_id target) {
    const universe_tables& t = universe_.tables();
    if (!roots_differ || (same_row(t.root_required, t.required, target) &&
                          same_row(t.root_forbidden, t.forbidden, target))) {
      return {&made(kept), false};
    }
    return search_of_role(t.candidate_roles[target]);
  }
  search search_for(choice_id target) {
    if (!roots_differ) return {&made(kept), false};
    return search_of_role(universe_.tables().choices[target].role);
  }

  /// What is learnt where a target lacks a rule that it has elsewhere holds for no other one.
  search search_of_role(role_id role) {
    std::optional<bool>& keeps = keeps_rules[role];
    if (!keeps) {
      keeps = solve_impl::candidate_rules::roots_have_all_rules(universe_.tables(), role);
    }
    if (*keeps) return {&made(kept), true};
    made(forgetful).reset(role);
    return {forgetful.get(), false};
  }

  sat_core& made(std::unique_ptr<sat_core>& core) const {
    if (!core) core = std::make_unique<sat_core>(universe_.tables(), core_options);
    return *core;
  }

  static bool same_row(const flat_rows<choice_id>& a, const flat_rows<choice_id>& b,
                       candidate_id c) noexcept {
    return std::ranges::equal(a[c], b[c]);
  }

  [[nodiscard]] bool is_excluded(candidate_id c) const {
    const auto& list = core_options.excluded;
    return std::find(list.begin(), list.end(), c) != list.end();
  }

  /// The versions of a name that may be taken, the newest first, whatever is preferred of others.
  [[nodiscard]] std::vector<candidate_id> newest_first(name_id name) const {
    const auto& tables = universe_.tables();
    const auto& role = tables.roles[name];
    std::vector<candidate_id> found;
    std::vector<candidate_id> avoided;
    for (std::uint32_t i = 0; i < role.candidate_count; ++i) {
      const candidate_id c{role.first_candidate + i};
      if (is_excluded(c)) continue;
      const package_id p = tables.candidate_packages[c];
      const bool avoid = read_flags(universe_.repository().file(p)).avoid_version;
      (avoid ? avoided : found).push_back(c);
    }
    const auto newer = [&](candidate_id a, candidate_id b) {
      return tables.candidate_packages[a] > tables.candidate_packages[b];
    };
    std::sort(found.begin(), found.end(), newer);
    std::sort(avoided.begin(), avoided.end(), newer);
    found.insert(found.end(), avoided.begin(), avoided.end());
    return found;
  }

  template <class Target>
  solve_result solve(name_id name, Target target) {
    const auto [s, as_root] = search_for(target);
    guard.start();
    // What was learnt before must not decide whether a request is given up. Where that is likely,
    // nothing is kept; else a request that is not easy is searched alone.
    search_outcome outcome = search_outcome::gave_up;
    if (options.conflict_limit >= keeping_limit) {
      s->set_conflict_limit(easy_limit);
      outcome = s->solve(target, as_root);
    }
    if (outcome == search_outcome::gave_up) {
      s->reset();
      s->set_conflict_limit(options.conflict_limit);
      outcome = s->solve(target, as_root);
    }
    solve_result result;
    result.name = name;
    switch (outcome) {
      case search_outcome::unsatisfiable:
        result.status = solve_status::no_solution;
        break;
      case search_outcome::gave_up:
        result.status = solve_status::gave_up;
        break;
      case search_outcome::satisfiable: {
        const auto& tables = universe_.tables();
        const auto selected = s->selected();
        const auto it = std::find_if(selected.begin(), selected.end(), [&](candidate_id c) {
          return tables.candidate_roles[c] == role_of(name);
        });
        result.status = solve_status::solution;
        result.target = tables.candidate_packages[*it];
        result.solution = extractor.extract(selected, result.target,
                                            roots_differ ? role_of(name) : role_id::none);
        break;
      }
    }
    return result;
  }

  static constexpr std::uint64_t keeping_limit = 10'000;
  static constexpr std::uint64_t easy_limit = 1'000;

  universe universe_;
  solve_options options;
  sat_core::options core_options;
  bool roots_differ;
  std::vector<std::optional<bool>> keeps_rules;  // by role: as a target too
  solution_extractor extractor;
  solve_impl::search_guard guard;
  std::unique_ptr<sat_core> kept;
  std::unique_ptr<sat_core> forgetful;  // for targets that lack rules of others
  search_statistics retired;
};

OPAMPLAN_INLINE solver::solver(universe u, solve_options options)
    : state_(std::make_unique<state>(std::move(u), std::move(options))) {}
OPAMPLAN_INLINE solver::~solver() = default;
OPAMPLAN_INLINE solver::solver(solver&&) noexcept = default;
OPAMPLAN_INLINE solver& solver::operator=(solver&&) noexcept = default;

OPAMPLAN_INLINE solve_result solver::solve(package_id target) {
  const universe& u = state_->universe_;
  const name_id name = u.repository().name_of(target);
  const candidate_id c = u.tables().package_candidates[target];
  solve_result result;
  if (c != candidate_id::none && state_->is_excluded(c)) {
    // Another problem: what is learnt of it does not hold for other targets.
    solver alone(u, options_for(u, state_->options, target));
    result = alone.solve(target);
    state_->retired += alone.statistics();
  } else if (c != candidate_id::none) {
    result = state_->solve(name, c);
  } else {
    result.name = name;
    result.status =
        u.latest(name) == package_id::none ? solve_status::unavailable : solve_status::no_solution;
  }
  if (result.status != solve_status::unavailable) result.target = target;
  return result;
}

OPAMPLAN_INLINE solve_result solver::solve(name_id name) {
  const universe& u = state_->universe_;
  if (u.latest(name) != package_id::none) {
    if (u.options().prefer_oldest) {  // of what targets need: lower bounds are of the newest ones
      for (const candidate_id c : state_->newest_first(name)) {
        solve_result result = state_->solve(name, c);
        if (result.status != solve_status::no_solution) return result;
      }
    }
    return state_->solve(name, u.tables().any_version[name]);
  }
  solve_result result;
  result.name = name;
  result.status = solve_status::unavailable;
  return result;
}

OPAMPLAN_INLINE void solver::prefer(std::vector<package_id> preferred) {
  std::vector<candidate_id> candidates =
      solve_impl::candidates_of(state_->universe_.tables(), preferred);
  state_->options.preferred = std::move(preferred);
  state_->core_options.preferred = candidates;
  for (sat_core* const core : {state_->kept.get(), state_->forgetful.get()}) {
    if (core != nullptr) core->prefer(candidates);
  }
}

OPAMPLAN_INLINE search_statistics solver::statistics() const {
  search_statistics total = state_->retired;
  for (const sat_core* const core : {state_->kept.get(), state_->forgetful.get()}) {
    if (core != nullptr) total += core->statistics();
  }
  return total;
}

namespace solve_impl {

/// `solve(solver, i)` gives the result of number i.
template <class Solve>
solve_summary solve_each(const universe& u, std::size_t count, const solve_options& options,
                         const Solve& solve) {
  solve_summary summary;
  summary.results.resize(count);
  std::mutex mutex;
  // Blocks, not single targets, so that neighbours (which share dependencies) share a solver.
  parallel_blocks(count, options.threads, 64, "solve", options.progress,
                  [&](const progress_callback& poll) {
                    // Counted when the thread is done with it.
                    const auto retire = [&](solver* s) {
                      const std::lock_guard lock(mutex);
                      summary.statistics += s->statistics();
                      delete s;
                    };
                    solve_options own = options;
                    own.progress = poll;
                    return [&, s = std::shared_ptr<solver>(new solver(u, std::move(own)), retire)](
                               std::size_t i) { summary.results[i] = solve(*s, i); };
                  });
  return summary;
}

}  // namespace solve_impl

OPAMPLAN_INLINE solve_summary solve_all(const universe& u, std::span<const package_id> targets,
                                        const solve_options& options) {
  return solve_impl::solve_each(u, targets.size(), options,
                                [&](solver& s, std::size_t i) { return s.solve(targets[i]); });
}

OPAMPLAN_INLINE solve_summary solve_all(const universe& u,
                                        std::span<const package_request> requests,
                                        const solve_options& options) {
  return solve_impl::solve_each(u, requests.size(), options, [&](solver& s, std::size_t i) {
    const package_request& r = requests[i];
    return r.package == package_id::none ? s.solve(r.name) : s.solve(r.package);
  });
}

OPAMPLAN_INLINE solve_summary solve_all(const universe& u, const solve_options& options) {
  const std::vector<package_id> targets = u.latest();
  solve_summary available = solve_all(u, targets, options);
  solve_summary all;
  all.statistics = available.statistics;
  std::size_t next = 0;
  for (std::uint32_t n = 0; n < u.repository().name_count(); ++n) {
    if (next < available.results.size() && available.results[next].name == name_id{n}) {
      all.results.push_back(std::move(available.results[next++]));
    } else {
      solve_result missing;
      missing.name = name_id{n};
      missing.status = solve_status::unavailable;
      all.results.push_back(std::move(missing));
    }
  }
  return all;
}

}  // namespace opamplan
