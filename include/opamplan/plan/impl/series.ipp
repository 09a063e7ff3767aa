/// \file
/// One state after the other: results, then layers, then what is told of both.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "opamplan/base/error.hpp"
#include "opamplan/closure/closure.hpp"
#include "opamplan/plan/impl/layer_builder.hpp"
#include "opamplan/plan/impl/layer_uses.hpp"
#include "opamplan/plan/impl/series_packages.hpp"
#include "opamplan/plan/series.hpp"

namespace opamplan {
namespace plan_impl {

inline void check_no_pins(const repository& repo) {
  for (const source_info& from : repo.sources()) {
    if (!from.pins) continue;
    throw invalid_request(
        "a series is of repositories without pins, as what is in a pin's folder changes unseen");
  }
}

inline const std::string& name_of(const solved_newest& of, result_id result) {
  return of.in.repository().names()[of.results[result].name];
}
inline std::string target_of(const solved_newest& of, result_id result) {
  return of.in.repository().full_name(of.results[result].target);
}

}  // namespace plan_impl

struct series::state {
  state(solve_options a, series_options o) : asked(std::move(a)), options(std::move(o)) {}

  series_change add(universe u, const progress_callback& progress) {
    plan_impl::check_no_pins(u.repository());
    asked.progress = progress;
    solved_newest now = solve_newest(std::move(u), asked, last ? &*last : nullptr);
    if (!builder) {
      base = plan_impl::base_of(now.in, options.image, options.opam_version);
      builder.emplace(base, graph);
    }
    packages.enter(now.in, now.same);
    const std::vector<std::uint32_t> counts_before = uses.counts();
    const layers_of_results layers_before = std::exchange(layers, layers_of(now));
    count(now, layers_before);

    series_change change;
    change.target_count = now.results.size();
    change.solved_count =
        static_cast<std::size_t>(std::count(now.taken.begin(), now.taken.end(), result_id::none));
    const auto was_used = [&](std::uint32_t n) {
      return n < counts_before.size() && counts_before[n] != 0;
    };
    tell_layers(was_used, change);
    tell_targets(now, layers_before, was_used, change);
    last = std::move(now);
    return change;
  }

  /// A target's own layer; none if no plan would hold it.
  using layers_of_results = index_vector<result_id, layer_id>;

  [[nodiscard]] layers_of_results layers_of(const solved_newest& now) {
    layers_of_results out;
    out.reserve(now.results.size());
    for (const result_id r : now.results.indices()) {
      const result_id taken = now.taken[r];
      out.push_back(taken == result_id::none ? layer_of(now.results[r]) : layers[taken]);
    }
    return out;
  }

  layer_id layer_of(const solve_result& r) {
    if (!r.solution || !build_cycle(*r.solution).empty()) return layer_id::none;
    if (!packages.describe(closure_packages(*r.solution, closure_edges::build_and_post))) {
      return layer_id::none;
    }
    builder->add(*r.solution, builder->read(*r.solution), packages.numbers(), packages.all());
    return graph.targets.back().layer;
  }

  /// Targets that were taken over need what they needed.
  void count(const solved_newest& now, const layers_of_results& layers_before) {
    std::vector<bool> stays(layers_before.size(), false);
    for (const result_id r : layers.indices()) {
      if (now.taken[r] != result_id::none) {
        stays[now.taken[r]] = true;
      } else if (layers[r] != layer_id::none) {
        uses.take(layers[r]);
      }
    }
    for (const result_id r : layers_before.indices()) {
      if (!stays[r] && layers_before[r] != layer_id::none) uses.release(layers_before[r]);
    }
  }

  template <class WasUsed>
  void tell_layers(const WasUsed& was_used, series_change& change) const {
    for (std::uint32_t n = 0; n < uses.counts().size(); ++n) {
      const bool used = uses.counts()[n] != 0;
      if (used) ++change.layer_count;
      if (used == was_used(n)) continue;
      const plan_package_id package = graph.layers[uses.layer(n)].packages.front();
      (used ? change.added_layers : change.dropped_layers)
          .push_back(packages.all()[package].full_name());
    }
    std::sort(change.added_layers.begin(), change.added_layers.end());
    std::sort(change.dropped_layers.begin(), change.dropped_layers.end());
  }

  /// Both states have their targets by name, ascending.
  template <class WasUsed>
  void tell_targets(const solved_newest& now, const layers_of_results& layers_before,
                    const WasUsed& was_used, series_change& change) const {
    using plan_impl::name_of;
    using plan_impl::target_of;
    result_id b(0);
    const auto lose_below = [&](const std::string* name) {  // names that there are no more
      for (; b < layers_before.size() && (name == nullptr || name_of(*last, b) < *name); ++b) {
        if (layers_before[b] != layer_id::none) change.lost.push_back(target_of(*last, b));
      }
    };
    for (const result_id r : layers.indices()) {
      const std::string& name = name_of(now, r);
      lose_below(&name);
      const bool was_there = b < layers_before.size() && name_of(*last, b) == name;
      const bool could = was_there && layers_before[b] != layer_id::none;
      const bool can = layers[r] != layer_id::none;
      if (was_there) ++b;
      if (could && !can) change.lost.push_back(target_of(now, r));
      if (can && !could) change.gained.push_back(target_of(now, r));
      if (can && now.taken[r] == result_id::none && !was_used(uses.number_of(layers[r]))) {
        change.rebuilt_targets.push_back(target_of(now, r));
      }
    }
    lose_below(nullptr);
  }

  solve_options asked;
  series_options options;
  plan_base base;
  layer_graph graph;
  std::optional<plan_impl::layer_builder> builder;
  plan_impl::series_packages packages;
  plan_impl::layer_uses uses{graph};
  std::optional<solved_newest> last;
  layers_of_results layers;  // by result of `last`
};

OPAMPLAN_INLINE series::series(solve_options asked, series_options options)
    : state_(std::make_unique<state>(std::move(asked), std::move(options))) {}
OPAMPLAN_INLINE series::~series() = default;
OPAMPLAN_INLINE series::series(series&&) noexcept = default;
OPAMPLAN_INLINE series& series::operator=(series&&) noexcept = default;

OPAMPLAN_INLINE series_change series::add(universe u, const progress_callback& progress) {
  return state_->add(std::move(u), progress);
}

OPAMPLAN_INLINE const solved_newest& series::last() const { return *state_->last; }

OPAMPLAN_INLINE std::vector<digest> series::layer_keys() const {
  std::vector<digest> keys;
  const auto& counts = state_->uses.counts();
  for (std::uint32_t n = 0; n < counts.size(); ++n) {
    if (counts[n] != 0) keys.push_back(state_->graph.layers[state_->uses.layer(n)].key);
  }
  std::sort(keys.begin(), keys.end());
  return keys;
}

}  // namespace opamplan
