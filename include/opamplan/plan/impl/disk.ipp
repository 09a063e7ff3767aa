/// \file
/// Adding up what steps take.
#pragma once

#include <algorithm>
#include <set>

#include "opamplan/base/config.hpp"
#include "opamplan/plan/build_keys.hpp"
#include "opamplan/plan/disk.hpp"
#include "opamplan/plan/impl/step_bytes.hpp"

namespace opamplan {

OPAMPLAN_INLINE bool has_sizes(const plan& p) {
  return std::any_of(p.packages.begin(), p.packages.end(),
                     [](const plan_package& of) { return of.size != 1; });
}

OPAMPLAN_INLINE std::uint64_t disk_bytes(const plan& p, std::span<const digest> built,
                                         const system_bytes_of& system_bytes) {
  const bool known = has_sizes(p);
  std::uint64_t bytes = 0;
  std::set<digest> seen;  // equal steps are carried out once
  const index_vector<step_id, digest> keys = build_keys(p);
  for (const step_id s : p.steps.indices()) {
    const plan_step& step = p.steps[s];
    if (std::binary_search(built.begin(), built.end(), keys[s])) continue;
    if (!seen.insert(keys[s]).second) continue;
    if (!known) {
      bytes += p.strategy == strategy::merge ? default_merged_step_bytes : default_step_bytes;
      continue;
    }
    bytes += plan_impl::step_bytes(p, step);
    if (step.depexts.empty()) continue;
    const auto measured = system_bytes ? system_bytes(step) : std::nullopt;
    bytes += measured.value_or(default_system_bytes);
  }
  return bytes;
}

}  // namespace opamplan
