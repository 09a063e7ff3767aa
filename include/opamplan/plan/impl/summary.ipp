/// \file
/// Counting what a plan has.
#pragma once

#include <algorithm>
#include <set>

#include "opamplan/base/config.hpp"
#include "opamplan/plan/batches.hpp"
#include "opamplan/plan/shards.hpp"
#include "opamplan/plan/summary.hpp"

namespace opamplan {

OPAMPLAN_INLINE plan_summary summarize(const plan& p) {
  plan_summary s;
  s.targets = p.targets.size();
  s.batches = p.batches.size();
  std::set<std::string_view> depexts;
  std::set<digest> keys;
  // Packages of a step, and of its image.
  const auto own = [&](const plan_step& step) {
    std::size_t n = 0;
    for (const layer_id l : step.installs) n += p.layers[l].packages.size();
    return n;
  };
  std::vector<std::size_t> held(p.steps.size());
  for (const step_id i : p.steps.indices()) {
    const plan_step& step = p.steps[i];
    s.max_depth = std::max<std::size_t>(s.max_depth, step.depth);
    s.grafts += step.grafts.size();
    s.installs += own(step);
    depexts.insert(step.depexts.begin(), step.depexts.end());
    s.install_steps += step.installs.empty() ? 0 : 1;
    const bool first = keys.insert(step.key).second;
    s.system_steps += first && !step.depexts.empty() ? 1 : 0;
    held[i] = (step.parent == step_id::none ? 0 : held[step.parent]) + own(step);
    for (const step_id g : step.grafts) held[i] += own(p.steps[g]);
  }
  for (const plan_target& t : p.targets) s.unshared_installs += held[t.step];
  std::vector<std::size_t> variants(p.packages.size(), 0);
  for (const plan_layer& layer : p.layers) {
    s.post_groups += layer.packages.size() > 1 ? 1 : 0;
    for (const plan_package_id package : layer.packages) ++variants[package];
  }
  s.distinct_steps = keys.size();
  s.layers = p.layers.size();
  s.depexts = depexts.size();
  for (std::size_t i = 0; i < variants.size(); ++i) {
    s.package_versions += variants[i] != 0 ? 1 : 0;
    if (variants[i] > s.variants) {
      s.variants = variants[i];
      s.most_variants = p.packages[i].full_name();
    }
  }
  for (const plan_batch& b : p.batches) s.largest_batch = std::max(s.largest_batch, b.steps.size());
  if (p.builders != 0) {
    s.builders = p.builders;
    s.shards = p.batches.size();
    std::set<std::uint32_t> waves;
    for (const plan_batch& b : p.batches) waves.insert(b.wave);
    s.waves = waves.size();
    s.repeated_steps = repeated_steps(p);
  }
  s.largest_cache_record = largest_cache_record(p);
  return s;
}

}  // namespace opamplan
