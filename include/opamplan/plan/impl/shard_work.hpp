/// \file
/// What shards are cut from: the graph of a plan's steps, how long they take, and its tops.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "opamplan/base/index.hpp"
#include "opamplan/base/rows.hpp"
#include "opamplan/plan/forecast.hpp"
#include "opamplan/plan/impl/list_schedule.hpp"
#include "opamplan/plan/impl/walk_places.hpp"
#include "opamplan/plan/plan.hpp"

namespace opamplan::plan_impl {

/// A step on which no other stands. Who is given all tops builds the whole plan.
struct plan_top {
  step_id step;
};
using top_id = index<plan_top>;

struct shard_work {
  shard_work(const plan& p, index_vector<step_id, double> seconds)
      : of(p),
        before(step_dependencies(p)),
        after(transposed(before, before.size())),
        times(before, std::move(seconds)),
        targets(p.steps.size(), 0) {
    for (const plan_target& t : p.targets) ++targets[t.step];
    for (const step_id s : p.steps.indices()) {
      all_seconds += times.seconds(s);
      if (after[s].empty()) tops.push_back({s});
    }
    const index_vector<step_id, std::uint32_t> places = walk_places(p);
    std::sort(tops.begin(), tops.end(), [&](const plan_top& a, const plan_top& b) {
      return places[a.step] < places[b.step];
    });
    find_closures();
  }
  shard_work(const shard_work&) = delete;
  shard_work& operator=(const shard_work&) = delete;

  const plan& of;
  flat_rows<step_id> before;  // what a step stands on
  flat_rows<step_id> after;   // what stands on it
  step_times times;
  double all_seconds = 0;
  index_vector<step_id, std::size_t> targets;  // how many end in a step
  index_vector<top_id, plan_top> tops;         // in the order of a walk over the tree of parents
  flat_rows<step_id> closures;                 // by top: it and all that it stands on, in no order

 private:
  void find_closures() {
    index_vector<step_id, top_id> seen(of.steps.size());
    for (const top_id t : tops.indices()) {
      std::size_t next = closures.values.size();
      const auto meet = [&](step_id s) {
        if (std::exchange(seen[s], t) != t) closures.values.push_back(s);
      };
      for (meet(tops[t].step); next < closures.values.size(); ++next) {
        for (const step_id d : before[closures.values[next]]) meet(d);
      }
      closures.close_row();
    }
  }
};

/// Tops, and with them what they stand on, in pieces.
using piece_id = index<struct plan_piece>;
struct top_pieces {
  index_vector<top_id, piece_id> of_top;
  std::size_t count = 0;
};

}  // namespace opamplan::plan_impl
