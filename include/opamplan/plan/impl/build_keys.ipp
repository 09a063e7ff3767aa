/// \file
/// Hashing steps with what is below them.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "opamplan/base/config.hpp"
#include "opamplan/plan/build_keys.hpp"
#include "opamplan/plan/layers.hpp"
#include "opamplan/plan/merge.hpp"

namespace opamplan {

OPAMPLAN_INLINE index_vector<step_id, digest> build_keys(const plan& p) {
  const std::vector<bool> ordinary =
      p.strategy == strategy::merge ? ordinary_steps(p) : std::vector<bool>(p.steps.size(), true);
  const digest base = base_key(p.base);
  index_vector<step_id, digest> keys;
  keys.reserve(p.steps.size());
  for (const step_id s : p.steps.indices()) {
    const plan_step& step = p.steps[s];
    sha256 hash;
    // Steps of `merge` are written in BuildKit's own language, and those that are merged otherwise.
    hash.add_field(!ordinary[s]                    ? "merged"
                   : p.strategy == strategy::merge ? "ordinary"
                                                   : "dockerfile");
    hash.add(step.parent == step_id::none ? base : keys[step.parent]);
    const auto add_count = [&hash](std::size_t n) { hash.add_field(std::to_string(n)); };
    add_count(step.grafts.size());
    for (const step_id g : step.grafts) hash.add(keys[g]);
    add_count(step.installs.size());
    for (const layer_id l : step.installs) hash.add(p.layers[l].key);
    for (const std::string& name : step.depexts) hash.add_field(name);
    keys.push_back(hash.finish());
  }
  return keys;
}

OPAMPLAN_INLINE std::vector<digest> sorted_build_keys(const plan& p) {
  const index_vector<step_id, digest> by_step = build_keys(p);
  std::vector<digest> keys(by_step.begin(), by_step.end());
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

}  // namespace opamplan
