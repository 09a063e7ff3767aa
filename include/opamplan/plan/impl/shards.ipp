/// \file
/// Cutting a plan into shards: pieces, what they exchange, and what comes before them.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <limits>
#include <utility>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/base/error.hpp"
#include "opamplan/plan/batches.hpp"
#include "opamplan/plan/forecast.hpp"
#include "opamplan/plan/impl/batch_filler.hpp"
#include "opamplan/plan/impl/default_seconds.hpp"
#include "opamplan/plan/impl/first_wave.hpp"
#include "opamplan/plan/impl/piece_cut.hpp"
#include "opamplan/plan/impl/piece_exchange.hpp"
#include "opamplan/plan/impl/shard_work.hpp"
#include "opamplan/plan/impl/steps_below.hpp"
#include "opamplan/plan/impl/steps_of_others.hpp"
#include "opamplan/plan/shards.hpp"

namespace opamplan {
namespace plan_impl {

inline index_vector<step_id, double> step_seconds(const plan& p, const shard_options& options) {
  index_vector<step_id, double> seconds;
  for (const step_id s : p.steps.indices()) {
    seconds.push_back(options.seconds_of ? options.seconds_of(p, s) : default_seconds(p.steps[s]));
  }
  return seconds;
}

/// What shards build, ascending, and how long that takes.
struct shard_cut {
  std::vector<step_id> first;                // before the others; nothing: there is no such wave
  std::vector<std::vector<step_id>> shards;  // the longest first
  double seconds = std::numeric_limits<double>::infinity();
  double repeated = 0;  // seconds of work that is done again
};

class sharder {
 public:
  sharder(const plan& p, const shard_options& options)
      : options_(options), work_(p, step_seconds(p, options)), filler_(p) {}

  /// All as one shard, which takes for ever if it breaks a limit.
  shard_cut whole() {
    shard_cut out;
    for (const step_id s : work_.of.steps.indices()) out.first.push_back(s);
    if (most_that_fit(work_, out.first, filler_) == out.first.size()) {
      out.seconds = first_seconds(out.first);
    }
    return out;
  }

  /// The best with so many pieces, or more where limits want it.
  shard_cut cut_into(std::size_t pieces) {
    // With more, a table of who needs what gets large, and there is less to exchange.
    constexpr std::size_t most_exchanging = 256;
    top_pieces cut = cut_tops(work_, pieces, filler_);
    shard_cut best = with_best_first(cut);
    if (cut.count <= 1 || cut.count > most_exchanging) return best;
    piece_exchange(work_, filler_, cut).run();
    shard_cut exchanged = with_best_first(cut);
    return is_better(exchanged, best) ? exchanged : best;
  }

  /// Whether a cut is the better one: what does too much again is the worse one.
  [[nodiscard]] bool is_better(const shard_cut& a, const shard_cut& b) const {
    const double most = most_repeated();
    if ((a.repeated > most) != (b.repeated > most)) return a.repeated <= most;
    return a.repeated > most && a.repeated != b.repeated ? a.repeated < b.repeated
                                                         : a.seconds < b.seconds;
  }

 private:
  [[nodiscard]] double most_repeated() const { return options_.most_repeated * work_.all_seconds; }

  double first_seconds(const std::vector<step_id>& steps) {
    if (steps.empty()) return 0;
    return work_.times.seconds_of(steps, options_.workers) + options_.wave_seconds;
  }

  /// With the size of the first wave that has the shortest forecast, of five.
  shard_cut with_best_first(const top_pieces& pieces) {
    const flat_rows<step_id> needed = steps_of(pieces);
    index_vector<step_id, std::uint32_t> needs(work_.of.steps.size(), 0);
    for (const step_id s : needed.values) ++needs[s];
    const first_wave common(work_, needs, filler_);
    const std::size_t least = common.least(most_repeated());
    shard_cut best;
    constexpr std::size_t gaps = 4;
    for (std::size_t i = 0; i <= gaps; ++i) {
      const auto size_at = [&](std::size_t n) {
        return least + (common.most() - least) * n / gaps;
      };
      if (i != 0 && size_at(i) == size_at(i - 1)) continue;
      shard_cut one = with_first(common, size_at(i), needed);
      if (one.seconds < best.seconds) best = std::move(one);
    }
    return best;
  }

  /// By piece all steps that it needs, ascending.
  flat_rows<step_id> steps_of(const top_pieces& pieces) {
    std::vector<std::vector<step_id>> all(pieces.count);
    for (const top_id t : work_.tops.indices()) {
      std::vector<step_id>& piece = all[pieces.of_top[t]];
      piece.insert(piece.end(), work_.closures[t].begin(), work_.closures[t].end());
    }
    flat_rows<step_id> out;
    for (const std::vector<step_id>& piece : all) {
      out.values.insert(out.values.end(), piece.begin(), piece.end());
      out.close_set();
    }
    return out;
  }

  /// Where so much of what is common comes first, and each piece builds what else it needs.
  shard_cut with_first(const first_wave& common, std::size_t size,
                       const flat_rows<step_id>& needed) {
    shard_cut out;
    out.first.assign(common.order().begin(),
                     common.order().begin() + static_cast<std::ptrdiff_t>(size));
    std::sort(out.first.begin(), out.first.end());
    out.repeated = common.repeated(size);
    std::vector<std::pair<double, std::vector<step_id>>> shards;
    for (std::size_t i = 0; i < needed.size(); ++i) {
      std::vector<step_id> own;
      std::set_difference(needed[i].begin(), needed[i].end(), out.first.begin(), out.first.end(),
                          std::back_inserter(own));
      if (own.empty()) continue;
      const double seconds = work_.times.seconds_of(own, options_.workers);
      shards.emplace_back(seconds, std::move(own));
    }
    std::stable_sort(shards.begin(), shards.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    // The longest first, to the builder that is free.
    std::vector<double> ends(options_.builders, 0);
    for (auto& [seconds, own] : shards) {
      *std::min_element(ends.begin(), ends.end()) += seconds;
      out.shards.push_back(std::move(own));
    }
    out.seconds = first_seconds(out.first) + *std::max_element(ends.begin(), ends.end());
    if (!shards.empty()) out.seconds += options_.wave_seconds;
    return out;
  }

  const shard_options& options_;
  shard_work work_;
  batch_filler filler_;
};

/// A shard's batch: with all that it stands on.
inline plan_batch shard_of(const plan& p, const std::vector<step_id>& own, std::uint32_t wave) {
  std::vector<bool> needed(p.steps.size(), false);
  for (const step_id s : own) needed[s] = true;
  mark_below(p, needed);
  plan_batch batch;
  batch.new_steps = static_cast<std::uint32_t>(own.size());
  batch.wave = wave;
  for (const step_id s : p.steps.indices()) {
    if (needed[s]) batch.steps.push_back(s);
  }
  return batch;
}

}  // namespace plan_impl

OPAMPLAN_INLINE void make_shards(plan& p, const shard_options& options) {
  if (options.builders == 0) throw invalid_request("shards need at least one builder");
  if (options.builders > most_builders) {
    throw invalid_request(
        fmt::format("shards are for {} builders at most, not {}", most_builders, options.builders));
  }
  if (options.workers == 0) throw invalid_request("a builder runs at least one step at once");
  if (p.strategy == strategy::chain) {
    throw invalid_request(
        "the strategy chain builds each target alone, so there is nothing that shards could have "
        "in common: plan with graft, merge or prefix");
  }
  // More pieces than builders are easier to balance, and have more in common.
  constexpr std::size_t most_pieces_a_builder = 4;
  plan_impl::sharder sharder(p, options);
  plan_impl::shard_cut best = sharder.whole();
  for (std::size_t each = 1; each <= most_pieces_a_builder; ++each) {
    plan_impl::shard_cut cut = sharder.cut_into(each * options.builders);
    if (best.seconds == std::numeric_limits<double>::infinity() || sharder.is_better(cut, best)) {
      best = std::move(cut);
    }
  }
  p.builders = options.builders;
  p.batches.clear();
  if (!best.first.empty()) p.batches.push_back(plan_impl::shard_of(p, best.first, 0));
  const std::uint32_t last = best.first.empty() ? 0 : 1;
  for (const std::vector<step_id>& own : best.shards) {
    p.batches.push_back(plan_impl::shard_of(p, own, last));
  }
  const index_vector<step_id, batch_id> builds = builds_of(p);
  for (const target_id t : p.targets.indices()) {
    p.batches[builds[p.targets[t].step]].targets.push_back(t);
  }
}

OPAMPLAN_INLINE index_vector<step_id, batch_id> builds_of(const plan& p) {
  index_vector<step_id, batch_id> builds(p.steps.size());
  for (const batch_id b : p.batches.indices()) {
    for (const step_id s : p.batches[b].steps) {
      if (builds[s] == batch_id::none) builds[s] = b;
    }
  }
  return builds;
}

OPAMPLAN_INLINE flat_rows<step_id> own_steps(const plan& p) {
  flat_rows<step_id> own;
  std::vector<bool> earlier(p.steps.size(), false);
  batch_id marked(0);  // those before this one are in `earlier`
  for (const batch_id b : p.batches.indices()) {
    for (; marked != b; ++marked) {
      if (p.builders != 0 && p.batches[marked].wave == p.batches[b].wave) break;
      for (const step_id s : p.batches[marked].steps) earlier[s] = true;
    }
    for (const step_id s : p.batches[b].steps) {
      if (!earlier[s]) own.values.push_back(s);
    }
    own.close_row();
  }
  return own;
}

OPAMPLAN_INLINE std::size_t repeated_steps(const plan& p) {
  std::vector<bool> built(p.steps.size(), false);
  std::size_t repeated = 0;
  for (const step_id s : own_steps(p).values) {
    repeated += built[s] ? 1 : 0;
    built[s] = true;
  }
  return repeated;
}

OPAMPLAN_INLINE flat_rows<batch_id> waits_for(const plan& p) {
  const index_vector<step_id, batch_id> builds = builds_of(p);
  const flat_rows<step_id> own = own_steps(p);
  flat_rows<batch_id> out;
  for (const batch_id b : p.batches.indices()) {
    for (const step_id s : plan_impl::steps_of_others(p, b, own)) out.values.push_back(builds[s]);
    out.close_set();
  }
  return out;
}

OPAMPLAN_INLINE flat_rows<batch_id> cache_imports(const plan& p) {
  const flat_rows<step_id> own = own_steps(p);
  flat_rows<batch_id> out;
  std::vector<bool> wanted(p.steps.size(), false);
  for (const batch_id b : p.batches.indices()) {
    const std::vector<step_id> others = plan_impl::steps_of_others(p, b, own);
    std::size_t left = others.size();
    for (const step_id s : others) wanted[s] = true;
    while (left != 0) {
      batch_id best;
      std::size_t most = 0;
      for (const batch_id other : p.batches.indices()) {
        if (other == b) break;
        if (p.builders != 0 && p.batches[other].wave == p.batches[b].wave) break;
        std::size_t count = 0;
        for (const step_id s : p.batches[other].steps) count += wanted[s] ? 1 : 0;
        if (count > most) {
          most = count;
          best = other;
        }
      }
      if (most == 0) break;  // of a broken plan
      for (const step_id s : p.batches[best].steps) wanted[s] = false;
      left -= most;
      out.values.push_back(best);
    }
    for (const step_id s : p.batches[b].steps) wanted[s] = false;
    out.close_set();
  }
  return out;
}

}  // namespace opamplan
