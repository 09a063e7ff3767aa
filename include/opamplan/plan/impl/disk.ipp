/// \file
/// Adding up what steps take.
#pragma once

#include <algorithm>
#include <set>

#include "opamplan/base/config.hpp"
#include "opamplan/plan/disk.hpp"

namespace opamplan {

OPAMPLAN_INLINE bool has_sizes(const plan& p) {
  return std::any_of(p.packages.begin(), p.packages.end(),
                     [](const plan_package& of) { return of.size != 1; });
}

OPAMPLAN_INLINE std::uint64_t disk_bytes(const plan& p, std::span<const digest> built) {
  const bool known = has_sizes(p);
  const bool merges = p.strategy == strategy::merge;
  std::uint64_t bytes = 0;
  std::set<digest> seen;  // equal steps are carried out once
  for (const plan_step& step : p.steps) {
    if (std::binary_search(built.begin(), built.end(), step.key)) continue;
    if (!seen.insert(step.key).second) continue;
    if (!known) {
      bytes += merges ? default_merged_step_bytes : default_step_bytes;
      continue;
    }
    const auto add = [&](layer_id layer) {
      for (const plan_package_id i : p.layers[layer].packages) bytes += p.packages[i].size;
    };
    for (const layer_id l : step.installs) add(l);
    if (!step.depexts.empty()) bytes += default_system_bytes;
    if (merges) continue;  // nothing is copied
    for (const step_id g : step.grafts) add(p.steps[g].installs.back());
  }
  return bytes;
}

}  // namespace opamplan
