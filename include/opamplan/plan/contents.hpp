/// \file
/// What each image of a plan holds, found by carrying the plan out on sets.
///
/// The proof of a plan: nothing here trusts how a strategy assembled it. A step starts from its
/// parent's image, takes its grafts, installs its packages in order, and every claim that a plan
/// makes is checked on the way.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "opamplan/config.hpp"
#include "opamplan/plan/plan.hpp"

namespace opamplan {

struct plan_contents {
  /// A layer as the plan builds it.
  struct layer {
    digest key{};
    std::uint32_t package = 0;
    std::uint32_t step = 0;            ///< The first that installs it.
    std::vector<std::uint32_t> needs;  ///< Layers, ascending: direct dependencies.
    bool for_target = false;
  };
  /// A package in an image.
  struct entry {
    std::uint32_t package = 0;
    std::uint32_t layer = 0;
    friend bool operator==(const entry&, const entry&) = default;
  };

  std::vector<layer> layers;               ///< In the order they are first installed.
  std::vector<std::vector<entry>> images;  ///< By step; ascending by package.
  std::vector<std::string> problems;  ///< Each with the step it is in; empty if the plan holds.

  /// The layers that `layer` stands on, directly or not, ascending, without itself.
  [[nodiscard]] std::vector<std::uint32_t> closure_of(std::uint32_t layer) const;
};

/// Carries `p` out. Checks that
/// - indices are in range, and parents and grafts are earlier steps;
/// - a graft is in the image it is taken from, as the layer its own step built;
/// - no image holds two versions of a name, or two layers of a package;
/// - what a graft or an install needs is there before it;
/// - system packages that a package asks for are there, and none is listed twice on a path;
/// - `depth` is the number of steps from the base image;
/// - with the strategy `graft`, a package is installed on its closure exactly; with all, the image
///   of a target is the target and its closure exactly.
///
/// Linear in the sum of the images' sizes. Never throws on a bad plan: steps that cannot be carried
/// out are reported and left empty.
[[nodiscard]] plan_contents contents_of(const plan& p);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/plan/impl/contents.ipp"
#endif
