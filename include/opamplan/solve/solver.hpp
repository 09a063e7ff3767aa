/// \file
/// Requests and their results: one at a time, or a whole repository on all cores.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "opamplan/base/progress.hpp"
#include "opamplan/package/formula.hpp"
#include "opamplan/repository/names.hpp"
#include "opamplan/solve/sat_core.hpp"
#include "opamplan/solve/solution.hpp"
#include "opamplan/solve/universe.hpp"

namespace opamplan {

struct solve_options {
  /// Must be selected in every request, and are walked before its target, in this order. As day10
  /// asks: `ocaml` with the constraint `= 5.3.0`. The constraint holds for the name everywhere.
  std::vector<package_atom> roots;
  /// Restrict versions where a name is selected at all.
  std::vector<package_atom> constraints;
  /// Tried before the other versions of their names; at most one a name. See `align`.
  std::vector<package_id> preferred;
  /// Conflicts after which a request ends as `gave_up`: some ten seconds. The hardest request of
  /// opam-repository meets some hundred. A request that meets many is searched afresh, and below
  /// 10,000 each is, so that what is given up does not depend on what was solved before.
  std::uint64_t conflict_limit = 200'000;
  /// Time after which a request ends as `gave_up`; 0: none. What it ends depends on the machine.
  std::chrono::duration<double> time_limit{0};
  /// For `solve_all`. 0: one thread a core. The results do not depend on it.
  unsigned threads = 0;
  /// Asked during a search too, some fifty times a second: it can be cancelled.
  progress_callback progress;
};

enum class solve_status : std::uint8_t {
  solution,
  no_solution,
  unavailable,  ///< No version of the name is available in the environment.
  gave_up,      ///< The conflict or the time limit was met first.
};

/// "solution", "no_solution", "unavailable" or "gave_up".
[[nodiscard]] std::string_view to_string(solve_status status) noexcept;

struct solve_result {
  name_id name = name_id::none;
  package_id target = package_id::none;  ///< `package_id::none` if unavailable, or if any version
                                         ///< was asked for and none can be installed.
  solve_status status = solve_status::no_solution;
  std::optional<opamplan::solution> solution;  ///< Present exactly if `status` is `solution`.
};

/// Answers requests one after the other and keeps what it learns. Not thread-safe. A request that
/// is cancelled throws `cancelled`; the next one is answered.
class solver {
 public:
  /// Throws `invalid_request` if a root or a constraint names a package the repository lacks.
  solver(universe u, solve_options options);
  ~solver();
  solver(solver&&) noexcept;
  solver& operator=(solver&&) noexcept;

  /// Exactly this version, whatever roots and constraints say of its own name: asked for
  /// `ocaml.5.6.0` with the root `ocaml = 5.3.0`, it solves for 5.6.0, as opam-0install does.
  [[nodiscard]] solve_result solve(package_id target);

  /// Any version of the name, the newest possible.
  [[nodiscard]] solve_result solve(name_id name);

  /// From now on these versions are tried before the others of their names, instead of those of the
  /// options. What was learnt is kept.
  void prefer(std::vector<package_id> preferred);

  [[nodiscard]] search_statistics statistics() const;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

/// `options` without what they say of the target's own version, if that excludes the target.
[[nodiscard]] solve_options options_for(const universe& u, const solve_options& options,
                                        package_id target);

/// What `options` mean for a search in `u`. Throws `invalid_request` for an unknown name.
[[nodiscard]] sat_core::options sat_core_options(const universe& u, const solve_options& options);

struct solve_summary {
  std::vector<solve_result> results;  ///< In the order of the targets.
  search_statistics statistics;       ///< Of all threads together; varies with their number.
};

/// Solves every target. Throws `cancelled`.
[[nodiscard]] solve_summary solve_all(const universe& u, std::span<const package_id> targets,
                                      const solve_options& options);

/// The same of requests: a NAME in any version, the newest possible.
[[nodiscard]] solve_summary solve_all(const universe& u, std::span<const package_request> requests,
                                      const solve_options& options);

/// The latest available version of every name; names without one have the status `unavailable`.
[[nodiscard]] solve_summary solve_all(const universe& u, const solve_options& options);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/solve/impl/solver.ipp"
#endif
