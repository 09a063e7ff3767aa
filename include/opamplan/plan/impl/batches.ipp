/// \file
/// Filling batches greedily along the tree of parents.
#pragma once

#include <algorithm>

#include "opamplan/base/config.hpp"
#include "opamplan/base/rows.hpp"
#include "opamplan/plan/batches.hpp"
#include "opamplan/plan/impl/batch_filler.hpp"
#include "opamplan/plan/impl/cache_record.hpp"
#include "opamplan/plan/impl/walk_places.hpp"
#include "opamplan/plan/merge.hpp"

namespace opamplan {
namespace plan_impl {

/// Targets in the order their steps are met by a depth-first walk over the tree of parents.
inline std::vector<target_id> walk_order(const plan& p) {
  const index_vector<step_id, std::uint32_t> places = walk_places(p);
  std::vector<target_id> order;
  for (const target_id t : p.targets.indices()) order.push_back(t);
  std::stable_sort(order.begin(), order.end(), [&](target_id a, target_id b) {
    return places[p.targets[a].step] < places[p.targets[b].step];
  });
  return order;
}

}  // namespace plan_impl

OPAMPLAN_INLINE index_vector<batch_id, std::size_t> cache_record_sizes(const plan& p) {
  plan_impl::cache_record record(p);
  index_vector<batch_id, std::size_t> sizes;
  for (const plan_batch& b : p.batches) {
    record.clear();
    for (const step_id s : b.steps) record.add(s);
    sizes.push_back(record.bytes());
  }
  return sizes;
}

OPAMPLAN_INLINE std::size_t largest_cache_record(const plan& p) {
  const auto sizes = cache_record_sizes(p);
  return sizes.empty() ? 0 : *std::max_element(sizes.begin(), sizes.end());
}

OPAMPLAN_INLINE step_cost estimate(const plan& p, const plan_step& step) {
  step_cost cost{900, 2200};
  const auto add = [&](std::size_t file, std::size_t definition) {
    cost.file_bytes += file;
    cost.definition_bytes += definition;
  };
  const auto name_size = [&](plan_package_id package) {
    return p.packages[package].name.size() + p.packages[package].version.size();
  };
  for (const layer_id l : step.installs) {
    const plan_layer& layer = p.layers[l];
    for (const plan_package_id package : layer.packages) {
      add(5 * name_size(package) + 200, 5 * name_size(package) + 400);
    }
    for (const layer_id n : layer.needs) {
      const std::size_t need = name_size(p.layers[n].packages.front()) + 2;
      add(need, need);
    }
  }
  std::size_t room = p.strategy == strategy::merge ? merge_room(p, step) : 0;
  for (const step_id g : step.grafts) {
    const std::size_t name = name_size(p.layers[p.steps[g].installs.back()].packages.front());
    if (room == 0) {
      add(4 * name + 120, 4 * name + 350);
    } else {
      add(0, name + 90);  // an input of a merge
      --room;
    }
  }
  for (const std::string& d : ensured_depexts(p, step)) add(d.size() + 1, d.size() + 1);
  if (p.strategy == strategy::merge) cost.file_bytes = 0;  // it has no Dockerfile
  return cost;
}

OPAMPLAN_INLINE void make_batches(plan& p) {
  p.batches.clear();
  p.builders = 0;
  std::vector<bool> built(p.steps.size(), false);
  plan_impl::batch_filler filler(p);
  plan_batch batch;
  const auto close = [&] {
    if (batch.targets.empty()) return;
    std::sort(batch.targets.begin(), batch.targets.end());
    std::sort(batch.steps.begin(), batch.steps.end());
    for (const step_id s : batch.steps) {
      batch.new_steps += built[s] ? 0 : 1;
      built[s] = true;
    }
    p.batches.push_back(std::move(batch));
    batch = {};
    filler.clear();
  };
  for (const target_id t : plan_impl::walk_order(p)) {
    while (!filler.add(p.targets[t].step, batch.targets.size() + 1)) close();
    batch.targets.push_back(t);
    batch.steps = filler.steps();
  }
  close();
}

}  // namespace opamplan
