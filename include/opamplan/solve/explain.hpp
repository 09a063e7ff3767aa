/// \file
/// Why a request has no solution: a minimal set of facts, each with where it is written.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "opamplan/base/progress.hpp"
#include "opamplan/package/ids.hpp"
#include "opamplan/solve/fact.hpp"
#include "opamplan/solve/solver.hpp"
#include "opamplan/solve/universe.hpp"

namespace opamplan {

/// Why one target cannot be installed. Removing any one fact would leave a solution (see
/// `minimal`).
struct explanation {
  name_id name = name_id::none;
  package_id target = package_id::none;  ///< `package_id::none` if any version was asked for.
  std::vector<fact> facts;               ///< Target first, then by package.
  std::vector<std::string>
      sentences;      ///< For people: facts grouped by version, with what was asked.
  std::string cause;  ///< Equal for targets that fail for the same reason.
  std::vector<std::string> blockers;  ///< Names whose own rules are impossible alone, ascending.
  /// False if the search for fewer facts was ended: by the limits of the options, or after some
  /// seconds' work. Then some may be left out.
  bool minimal = true;
};

/// Explains a request that has no solution. Throws `invalid_request` if it has one, `cancelled` if
/// the progress callback of the options says so. About a millisecond: takes the rules of a
/// refutation, looks for one of fewer sentences, then drops what it can, fact by fact
/// (deletion-based minimal unsatisfiable subset; see Marques-Silva 2010).
[[nodiscard]] explanation explain(const universe& u, package_id target,
                                  const solve_options& options);
[[nodiscard]] explanation explain(const universe& u, name_id name, const solve_options& options);

/// Targets that fail for one cause.
struct blocker_group {
  std::string cause;
  std::vector<std::string> blockers;
  std::vector<package_id> targets;  ///< Ascending.
};

/// A name whose own rules block others.
struct blocker {
  std::string name;
  std::size_t blocked = 0;  ///< Targets whose explanation names it.
  std::size_t unlocked =
      0;  ///< Of these, those with a solution if its impossible rules were lifted.
  std::vector<fact> rules;  ///< The impossible rules, one for each distinct text.
};

struct blocker_report {
  std::vector<explanation> explanations;  ///< One a target, in the order given.
  std::vector<blocker_group> groups;      ///< Largest first, then by cause.
  std::vector<blocker> blockers;          ///< Most unlocked first, then most blocked, then by name.
};

/// Groups unsolvable targets by cause and says what lifting each would unlock. Parallel; about
/// 0.5 ms a target. Targets that have a solution are left out.
[[nodiscard]] blocker_report find_blockers(const universe& u, std::span<const package_id> targets,
                                           const solve_options& options);

/// The same of requests. A NAME is blocked if no version of it has a solution; its newest available
/// one is then explained, and one of which none is available has nothing that could be blocked.
[[nodiscard]] blocker_report find_blockers(const universe& u,
                                           std::span<const package_request> requests,
                                           const solve_options& options);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/solve/impl/explain.ipp"
#endif
