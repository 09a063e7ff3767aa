/// \file
/// Filling batches greedily along the tree of parents.
#pragma once

#include <algorithm>

#include "opamplan/base/config.hpp"
#include "opamplan/base/rows.hpp"
#include "opamplan/plan/batches.hpp"
#include "opamplan/plan/impl/cache_record.hpp"
#include "opamplan/plan/merge.hpp"

namespace opamplan {
namespace plan_impl {

/// Targets in the order their steps are met by a depth-first walk over the tree of parents.
inline std::vector<target_id> walk_order(const plan& p) {
  std::vector<step_id> stack;
  const auto children = counted_rows<step_id>(p.steps.size(), [&](const auto& visit) {
    for (const step_id s : p.steps.indices()) {
      if (p.steps[s].parent != step_id::none) visit(p.steps[s].parent, s);
    }
  });
  for (std::size_t s = p.steps.size(); s-- > 0;) {
    if (p.steps[s].parent == step_id::none) stack.emplace_back(s);
  }
  std::vector<std::size_t> place(p.steps.size());
  for (std::size_t next = 0; !stack.empty(); ++next) {
    const step_id s = stack.back();
    stack.pop_back();
    place[s] = next;
    stack.insert(stack.end(), children[s].rbegin(), children[s].rend());
  }
  std::vector<target_id> order;
  for (const target_id t : p.targets.indices()) order.push_back(t);
  std::stable_sort(order.begin(), order.end(), [&](target_id a, target_id b) {
    return place[p.targets[a].step] < place[p.targets[b].step];
  });
  return order;
}

}  // namespace plan_impl

OPAMPLAN_INLINE std::size_t largest_cache_record(const plan& p) {
  plan_impl::cache_record record(p);
  std::size_t most = 0;
  for (const plan_batch& b : p.batches) {
    most = std::max(most, plan_impl::cache_record_bytes(record, b));
  }
  return most;
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
  const limits& l = p.limits;
  std::vector<std::uint32_t> in_batch(p.steps.size(), 0);  // number of the last batch, from 1
  std::vector<bool> built(p.steps.size(), false);
  std::vector<step_id> fresh;
  step_cost used;
  plan_impl::cache_record record(p);
  plan_batch batch;
  std::uint32_t number = 1;

  const auto collect = [&](step_id target_step) {
    fresh.clear();
    std::vector<step_id> stack;
    const auto take = [&](step_id s) {
      if (s == step_id::none || in_batch[s] == number) return;
      in_batch[s] = number;
      fresh.push_back(s);
      stack.push_back(s);
    };
    take(target_step);
    while (!stack.empty()) {
      const step_id s = stack.back();
      stack.pop_back();
      take(p.steps[s].parent);
      for (const step_id g : p.steps[s].grafts) take(g);
    }
  };
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
    used = {};
    record.clear();
    ++number;
  };
  const auto exceeds = [](std::size_t value, std::size_t limit) {
    return limit != 0 && value > limit;
  };
  for (const target_id t : plan_impl::walk_order(p)) {
    for (bool placed = false; !placed;) {
      collect(p.targets[t].step);
      step_cost more = used;
      for (const step_id s : fresh) {
        more += estimate(p, p.steps[s]);
        record.add(s);
      }
      const bool full = exceeds(batch.targets.size() + 1, l.batch_targets) ||
                        exceeds(batch.steps.size() + fresh.size(), l.batch_steps) ||
                        exceeds(more.file_bytes, l.file_bytes) ||
                        exceeds(more.definition_bytes, l.definition_bytes) ||
                        exceeds(record.bytes(), l.cache_record_bytes);
      if (full && !batch.targets.empty()) {
        close();
        continue;
      }
      batch.targets.push_back(t);
      batch.steps.insert(batch.steps.end(), fresh.begin(), fresh.end());
      used = more;
      placed = true;
    }
  }
  close();
}

}  // namespace opamplan
