/// \file
/// What each image of a plan holds, found by carrying the plan out on sets.
///
/// The proof of a plan: nothing here trusts how a strategy assembled it. A step starts from its
/// parent's image, takes its grafts, installs its layers in order, and every claim that a plan
/// makes is checked on the way. A plan is proved by real opam alone; this finds what is wrong
/// without building.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/plan/plan.hpp"

namespace opamplan {

/// Carries `p` out; each problem with the step it is in. Empty if the plan holds. Checks that
/// - indices are in range, and parents, grafts and needs come earlier;
/// - no image holds two versions of a name, or two layers of a package;
/// - what a graft or an install needs is there before it;
/// - what opam needs is there: for each package that is installed, its `depends`, read again from
///   its opam file and `{post}` included, hold among the packages of the image and of its own
///   layer, whose opam files the image keeps;
/// - system packages that a package asks for are there, and none is listed twice on a path;
/// - `depth` is the number of steps from the base image;
/// - with the strategies `graft` and `merge`, a layer is built once, on its closure exactly; with
///   all, the image of a target is its layer and the closure of that exactly;
/// - with `merge`, what is merged (not `ordinary_steps`) installs no system packages, of which a
///   merge could not keep any.
///
/// Linear in the sum of the images' sizes; an image is kept only while a step to come uses it.
/// Never throws on a bad plan: steps that cannot be carried out are reported and left empty.
[[nodiscard]] std::vector<std::string> problems_of(const plan& p);

/// The packages of a step's image, ascending. Linear in them; the plan must have no problems.
[[nodiscard]] std::vector<plan_package_id> image_of(const plan& p, step_id step);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/plan/impl/contents.ipp"
#endif
