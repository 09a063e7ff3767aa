/// \file
/// Cutting a plan into shards, from its targets back.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>

#include "opamplan/base/config.hpp"
#include "opamplan/base/error.hpp"
#include "opamplan/plan/batches.hpp"
#include "opamplan/plan/forecast.hpp"
#include "opamplan/plan/impl/batch_filler.hpp"
#include "opamplan/plan/impl/default_seconds.hpp"
#include "opamplan/plan/impl/list_schedule.hpp"
#include "opamplan/plan/impl/steps_below.hpp"
#include "opamplan/plan/impl/walk_places.hpp"
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

class sharder {
 public:
  sharder(const plan& p, const shard_options& options)
      : plan_(p),
        options_(options),
        before_(step_dependencies(p)),
        times_(before_, step_seconds(p, options)),
        places_(walk_places(p)),
        filler_(p),
        owners_(p.steps.size()),
        targets_(p.steps.size(), 0) {
    for (const plan_target& t : p.targets) ++targets_[t.step];
  }

  /// A shard: what it builds, ascending, and how long that takes.
  struct piece {
    std::vector<step_id> steps;
    double seconds = 0;
  };
  struct cut {
    std::vector<std::vector<piece>> waves;  // the first one first, each with the longest first
    double seconds = 0;
  };

  /// Into so many pieces a wave, or more where limits want it, and at most so many waves: takes
  /// for ever if what is then left is too large for one shard.
  cut cut_into(std::size_t pieces, std::size_t most_waves) {
    std::vector<std::vector<piece>> waves;      // from the last one back
    std::vector<std::vector<step_id>> commons;  // by wave: it, and what comes before it...
    std::vector<double> alone_seconds;          // ...and how long that takes as one shard
    std::vector<step_id> rest;
    for (const step_id s : plan_.steps.indices()) rest.push_back(s);
    for (;;) {
      commons.push_back(rest);
      alone_seconds.push_back(alone(rest));
      if (rest.empty() || waves.size() + 1 == most_waves) break;
      waves.push_back(peel(rest, pieces));
    }
    // Where to end: what is left becomes one shard.
    double later = 0;
    cut best{{}, std::numeric_limits<double>::infinity()};
    std::size_t end = 0;
    for (std::size_t i = 0; i < commons.size(); ++i) {
      const double wave = commons[i].empty() ? 0 : options_.wave_seconds;
      if (later + alone_seconds[i] + wave < best.seconds) {
        best.seconds = later + alone_seconds[i] + wave;
        end = i;
      }
      if (i < waves.size()) later += spread(waves[i]) + options_.wave_seconds;
    }
    if (!commons[end].empty()) best.waves.push_back({{commons[end], alone_seconds[end]}});
    for (std::size_t i = end; i-- > 0;) best.waves.push_back(std::move(waves[i]));
    return best;
  }

 private:
  using piece_id = index<piece>;

  /// The seconds of all these as one shard; infinite if that breaks a limit.
  double alone(const std::vector<step_id>& steps) {
    filler_.clear();
    std::size_t targets = 0;
    for (const step_id s : steps) {
      targets += targets_[s];
      if (!filler_.add(s, targets)) return std::numeric_limits<double>::infinity();
    }
    return times_.seconds_of(steps, options_.workers);
  }

  /// Cuts `rest` into pieces; leaves in it what several of them need.
  std::vector<piece> peel(std::vector<step_id>& rest, std::size_t pieces) {
    const std::vector<step_id> tops = tops_of(rest);
    for (const step_id s : rest) owners_[s] = piece_id::none;
    const std::size_t count = number_tops(tops, rest, pieces);
    // Who needs a step needs what it stands on: the latest first.
    index_vector<piece_id, piece> out(count);
    const piece_id several = out.next();  // no single one
    std::vector<step_id> common;
    for (std::size_t i = rest.size(); i-- > 0;) {
      const step_id s = rest[i];
      const piece_id owner = owners_[s];
      for (const step_id d : before_[s]) {
        piece_id& other = owners_[d];
        other = other == piece_id::none || other == owner ? owner : several;
      }
      (owner == several ? common : out[owner].steps).push_back(s);
    }
    for (piece& one : out) {
      std::reverse(one.steps.begin(), one.steps.end());
      one.seconds = times_.seconds_of(one.steps, options_.workers);
    }
    std::reverse(common.begin(), common.end());
    rest = std::move(common);
    std::stable_sort(out.begin(), out.end(),
                     [](const piece& a, const piece& b) { return a.seconds > b.seconds; });
    return out;
  }

  /// Those of `rest` on which none of it stands, in the order of the walk.
  std::vector<step_id> tops_of(const std::vector<step_id>& rest) {
    std::vector<bool> used(plan_.steps.size(), false);
    for (const step_id s : rest) {
      for (const step_id d : before_[s]) used[d] = true;
    }
    std::vector<step_id> tops;
    for (const step_id s : rest) {
      if (!used[s]) tops.push_back(s);
    }
    std::sort(tops.begin(), tops.end(),
              [&](step_id a, step_id b) { return places_[a] < places_[b]; });
    return tops;
  }

  /// Says of each top which piece it is in; how many there are.
  std::size_t number_tops(const std::vector<step_id>& tops, const std::vector<step_id>& rest,
                          std::size_t pieces) {
    double all = 0;
    std::vector<bool> met(plan_.steps.size(), true);
    for (const step_id s : rest) {
      all += times_.seconds(s);
      met[s] = false;
    }
    const auto cut_at = [&](std::size_t n) {
      return all * static_cast<double>(n) / static_cast<double>(pieces);
    };
    double sum = 0;
    std::size_t cuts = 0;  // that the work so far has passed
    std::size_t piece = 0;
    std::size_t targets = 0;
    const auto next_piece = [&] {
      ++piece;
      targets = 0;
      filler_.clear();
    };
    filler_.clear();
    for (const step_id top : tops) {
      bool passed = false;
      for (; cuts + 1 < pieces && sum >= cut_at(cuts + 1); ++cuts) passed = true;
      if (passed) next_piece();
      // What is met for the first time is all that can be the piece's own.
      std::size_t more = 0;
      std::vector<step_id> stack;
      const auto meet = [&](step_id s) {
        if (met[s]) return;
        met[s] = true;
        sum += times_.seconds(s);
        more += targets_[s];
        stack.push_back(s);
      };
      for (meet(top); !stack.empty();) {
        const step_id s = stack.back();
        stack.pop_back();
        for (const step_id d : before_[s]) meet(d);
      }
      if (!filler_.add(top, targets + more)) {
        next_piece();
        static_cast<void>(filler_.add(top, more));
      }
      targets += more;
      owners_[top] = piece_id(piece);
    }
    return piece + 1;
  }

  /// The seconds of a wave on the builders, the longest shard first.
  double spread(const std::vector<piece>& wave) const {
    std::vector<double> ends(options_.builders, 0);
    for (const piece& one : wave) *std::min_element(ends.begin(), ends.end()) += one.seconds;
    return *std::max_element(ends.begin(), ends.end());
  }

  const plan& plan_;
  const shard_options& options_;
  flat_rows<step_id> before_;
  step_times times_;
  index_vector<step_id, std::uint32_t> places_;
  batch_filler filler_;
  index_vector<step_id, piece_id> owners_;      // the piece that needs a step
  index_vector<step_id, std::size_t> targets_;  // how many end in it
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
  plan_impl::sharder::cut best;
  const auto choose = [&](std::size_t most_waves) {
    best.seconds = std::numeric_limits<double>::infinity();
    for (std::size_t each = 1; each <= most_pieces_a_builder; ++each) {
      plan_impl::sharder::cut cut = sharder.cut_into(each * options.builders, most_waves);
      if (cut.seconds < best.seconds) best = std::move(cut);
    }
    return !best.waves.empty();
  };
  if (!choose(options.most_waves)) choose(p.steps.size() + 1);
  p.builders = options.builders;
  p.batches.clear();
  for (std::size_t wave = 0; wave < best.waves.size(); ++wave) {
    for (const auto& piece : best.waves[wave]) {
      p.batches.push_back(plan_impl::shard_of(p, piece.steps, static_cast<std::uint32_t>(wave)));
    }
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

OPAMPLAN_INLINE std::vector<step_id> own_steps(const plan& p, batch_id batch) {
  std::vector<bool> earlier(p.steps.size(), false);
  for (const batch_id b : p.batches.indices()) {
    if (b == batch) break;
    for (const step_id s : p.batches[b].steps) earlier[s] = true;
  }
  std::vector<step_id> own;
  for (const step_id s : p.batches[batch].steps) {
    if (!earlier[s]) own.push_back(s);
  }
  return own;
}

OPAMPLAN_INLINE flat_rows<batch_id> waits_for(const plan& p) {
  const index_vector<step_id, batch_id> builds = builds_of(p);
  flat_rows<batch_id> out;
  for (const batch_id b : p.batches.indices()) {
    for (const step_id s : p.batches[b].steps) {
      if (builds[s] != b) out.values.push_back(builds[s]);
    }
    out.close_set();
  }
  return out;
}

OPAMPLAN_INLINE flat_rows<batch_id> cache_imports(const plan& p) {
  const index_vector<step_id, batch_id> builds = builds_of(p);
  flat_rows<batch_id> out;
  std::vector<bool> wanted(p.steps.size(), false);
  for (const batch_id b : p.batches.indices()) {
    std::size_t left = 0;
    for (const step_id s : p.batches[b].steps) {
      wanted[s] = builds[s] != b;
      left += wanted[s] ? 1 : 0;
    }
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
