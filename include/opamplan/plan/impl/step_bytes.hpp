/// \file
/// What a step adds to a builder's store of packages.
#pragma once

#include <cstdint>

#include "opamplan/plan/plan.hpp"

namespace opamplan::plan_impl {

/// The sizes of the packages that a step installs, or grafts and does not merge.
inline std::uint64_t step_bytes(const plan& p, const plan_step& step) {
  std::uint64_t bytes = 0;
  const auto add = [&](layer_id layer) {
    for (const plan_package_id i : p.layers[layer].packages) bytes += p.packages[i].size;
  };
  for (const layer_id l : step.installs) add(l);
  if (p.strategy == strategy::merge) return bytes;  // nothing is copied
  for (const step_id g : step.grafts) add(p.steps[g].installs.back());
  return bytes;
}

}  // namespace opamplan::plan_impl
