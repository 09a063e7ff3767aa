/// \file
/// From solutions to a plan.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/base/progress.hpp"
#include "opamplan/plan/plan.hpp"
#include "opamplan/solve/solution.hpp"
#include "opamplan/solve/universe.hpp"

namespace opamplan {

struct plan_options {
  opamplan::strategy strategy = opamplan::strategy::graft;
  opamplan::limits limits = limit_profile("buildkit");
  std::string image;         ///< Empty: that of the environment's preset, see `preset_image`.
  std::string opam_version;  ///< Empty: the environment's `opam-version`.
  /// Estimated installed bytes of a package, or 0 where that is not known: as much as the median of
  /// the others. Empty: all the same, so that grafts are counted.
  std::function<std::uint64_t(package_id)> size_of;
  /// What one more run of the package manager costs, in the unit of `size_of`, and what each system
  /// package costs that it installs. Unset: as much as 50 and 10 packages of the median size, which
  /// is about what they took of time and room on Debian. For `graft`.
  std::optional<std::uint64_t> system_run_size;
  std::optional<std::uint64_t> depext_size;
  /// Earlier plans, for other targets or of another state: the layers of theirs that this plan has
  /// too stand on the same images, so that they are not carried out again. For `graft`
  /// and `merge`; all are of one strategy.
  std::vector<const plan*> like;
  unsigned threads = 0;  ///< 0: one a core. The plan does not depend on it.
  /// Told of the packages that are described, then of the parts of planning.
  progress_callback progress;
};

/// Plans all solutions together. They must come from `u`. Equal input gives an equal plan,
/// whatever the order of the solutions.
[[nodiscard]] plan make_plan(const universe& u, std::span<const solution> solutions,
                             const plan_options& options);
[[nodiscard]] plan make_plan(const universe& u, std::span<const solution* const> solutions,
                             const plan_options& options);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/plan/impl/make.ipp"
#endif
