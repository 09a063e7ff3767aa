/// \file
/// A repository evaluated for one environment, interned and compact: what solvers search in.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "opamplan/base/progress.hpp"
#include "opamplan/package/dependency.hpp"
#include "opamplan/package/environment.hpp"
#include "opamplan/package/ids.hpp"
#include "opamplan/repository/repository.hpp"
#include "opamplan/solve/impl/rule_alternative.hpp"
#include "opamplan/solve/tables.hpp"

namespace opamplan {

/// What becomes of a name of which every available version has the flag avoid-version.
enum class avoid_rule : std::uint8_t {
  batch,  ///< None is a candidate, as in the batch tool on opam-0install that solves repositories.
  opam,   ///< All are, as in opam itself: one is installed when there is nothing else.
};

struct universe_options {
  /// Dependency switches of every package (opam's `{build}`, `{post}`, `{with-test}`...).
  dependency_context dependencies;
  /// Dependency switches of the packages that are asked for (the roots); `with_test` for a root
  /// does not apply to its dependencies. Costs a second evaluation of the files that mention them.
  dependency_context root_dependencies;
  /// Prefer the oldest versions (lower bounds), but for a target's name; avoid-version stays last.
  bool prefer_oldest = false;
  avoid_rule avoid_version = avoid_rule::batch;
  /// 0: one thread a core.
  unsigned threads = 0;
  progress_callback progress;
};

/// The dependency switches of one package: those of roots or of all others. What is built from a
/// pinned folder is a development version (`{dev}`), as in opam.
[[nodiscard]] inline dependency_context dependency_switches(const repository& repo,
                                                            const universe_options& options,
                                                            package_id id, bool root) {
  dependency_context result = root ? options.root_dependencies : options.dependencies;
  result.dev = result.dev || repo.source_folder(id).has_value();
  return result;
}

/// Immutable; share one between any number of solvers and threads. Copies share state.
class universe {
 public:
  [[nodiscard]] const opamplan::repository& repository() const noexcept {
    return state_->repository;
  }
  [[nodiscard]] const opamplan::environment& environment() const noexcept {
    return state_->environment;
  }
  [[nodiscard]] const universe_options& options() const noexcept { return state_->options; }
  [[nodiscard]] const universe_tables& tables() const noexcept { return state_->tables; }

  /// The newest available version of a name, avoid-version ones included; `package_id::none` if
  /// none.
  [[nodiscard]] package_id latest(name_id name) const;

  /// The latest available version of every name that has one, ascending by name.
  [[nodiscard]] std::vector<package_id> latest() const;

  /// Every available version, ascending.
  [[nodiscard]] std::vector<package_id> available_packages() const;

  [[nodiscard]] opamplan::availability availability(package_id id) const noexcept {
    return state_->tables.package_availability[id];
  }

  /// The same environment and options in another repository: `make_universe` with this as the
  /// previous one. Throws `cancelled`.
  [[nodiscard]] universe with_repository(opamplan::repository repo,
                                         const progress_callback& progress = {}) const;

  /// True if `id` may be selected at all.
  [[nodiscard]] bool is_candidate(package_id id) const noexcept {
    return state_->tables.package_candidates[id] != candidate_id::none;
  }

 private:
  friend universe make_universe(opamplan::repository, opamplan::environment, universe_options);
  friend universe make_universe(opamplan::repository, opamplan::environment, universe_options,
                                const universe& previous);
  struct state {
    opamplan::repository repository;
    opamplan::environment environment;
    universe_options options;
    universe_tables tables;
    std::vector<solve_impl::rule_alternative> alternatives;  ///< For the next universe.
  };
  static universe make(opamplan::repository repo, opamplan::environment env,
                       universe_options options, const state* before);
  explicit universe(std::shared_ptr<const state> s) : state_(std::move(s)) {}
  std::shared_ptr<const state> state_;
};

/// Evaluates every package version of `repo` in `env`. Linear in the size of the repository; for
/// opam-repository some 45 ms, 22 if it is from a cache, and 9 in a further environment: what no
/// environment changes is kept with the repository (`declared`). Throws `cancelled`.
[[nodiscard]] universe make_universe(opamplan::repository repo, opamplan::environment env,
                                     universe_options options = {});

/// The same, faster where much is as in another universe, of whatever repository, environment and
/// options. Not evaluated again are rules of which the filters mention no variable that differs,
/// and that speak only of names with the same files and candidates: linear in the others, and in
/// the number of rules; some 4 ms for another environment. Nothing of `previous` is kept.
[[nodiscard]] universe make_universe(opamplan::repository repo, opamplan::environment env,
                                     universe_options options, const universe& previous);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/solve/impl/universe.ipp"
#endif
