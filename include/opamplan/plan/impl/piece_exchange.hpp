/// \file
/// Pieces of a plan that exchange tops, so that they have less in common.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "opamplan/plan/impl/batch_filler.hpp"
#include "opamplan/plan/impl/shard_work.hpp"

namespace opamplan::plan_impl {

/// A search as Fiduccia and Mattheyses' for partitions of hypergraphs (DAC 1982), without the moves
/// for the worse: each top in turn goes where the work of all pieces becomes least by it, as long
/// as limits are kept and no piece becomes longer than the longest was. A step that several tops of
/// a piece need is work once.
///
/// O(pieces * sum of closures) a round, in which what a first wave has no room for, and so is done
/// again, becomes a third or less on all of opam-repository.
class piece_exchange {
 public:
  piece_exchange(const shard_work& work, batch_filler& filler, top_pieces& pieces)
      : work_(work),
        filler_(filler),
        pieces_(pieces),
        needs_(work.of.steps.size() * pieces.count, 0),
        seconds_(pieces.count, 0),
        tops_(pieces.count),
        shared_(pieces.count) {
    for (const top_id t : work.tops.indices()) {
      const piece_id piece = pieces.of_top[t];
      tops_[piece].push_back(t);
      for (const step_id s : work.closures[t]) {
        if (needs(s)[piece]++ == 0) seconds_[piece] += work.times.seconds(s);
      }
    }
    longest_ = seconds_.empty() ? 0 : *std::max_element(seconds_.begin(), seconds_.end());
  }

  void run() {
    constexpr int most_rounds = 4;
    for (int round = 0; round < most_rounds; ++round) {
      bool moved = false;
      for (const top_id t : work_.tops.indices()) moved = move(t) || moved;
      if (!moved) break;
    }
  }

 private:
  /// By piece: how many of its tops need a step.
  std::uint32_t* needs(step_id s) { return &needs_[s * pieces_.count]; }

  bool move(top_id t) {
    const piece_id from = pieces_.of_top[t];
    double all = 0;
    double saved = 0;  // what its piece would not need any more
    std::fill(shared_.begin(), shared_.end(), 0);
    for (const step_id s : work_.closures[t]) {
      const double seconds = work_.times.seconds(s);
      const std::uint32_t* const row = needs(s);
      all += seconds;
      if (row[from] == 1) saved += seconds;
      for (std::size_t k = 0; k < shared_.size(); ++k) shared_[k] += row[k] != 0 ? seconds : 0;
    }
    if (saved <= work_.times.seconds(work_.tops[t].step)) return false;  // only itself
    // Where it is the least work more, of those that can take it.
    std::vector<std::pair<double, piece_id>> others;
    for (const piece_id k : index_range<piece_id>(pieces_.count)) {
      const double more = all - shared_[k];
      if (k != from && more < saved && seconds_[k] + more <= longest_) others.emplace_back(more, k);
    }
    std::sort(others.begin(), others.end());
    const auto found = std::find_if(others.begin(), others.end(),
                                    [&](const auto& other) { return fits(other.second, t); });
    if (found == others.end()) return false;
    const piece_id to = found->second;
    for (const step_id s : work_.closures[t]) {
      std::uint32_t* const row = needs(s);
      if (--row[from] == 0) seconds_[from] -= work_.times.seconds(s);
      if (row[to]++ == 0) seconds_[to] += work_.times.seconds(s);
    }
    tops_[from].erase(std::find(tops_[from].begin(), tops_[from].end(), t));
    tops_[to].push_back(t);
    pieces_.of_top[t] = to;
    return true;
  }

  /// Whether a piece keeps the limits with this top too.
  bool fits(piece_id piece, top_id more) {
    filler_.clear();
    const auto add = [&](top_id t) { return filler_.add(work_.tops[t].step, 0); };
    if (!std::all_of(tops_[piece].begin(), tops_[piece].end(), add) || !add(more)) return false;
    // At most all that end in the piece are its targets.
    std::size_t targets = 0;
    for (const step_id s : filler_.steps()) targets += work_.targets[s];
    return filler_.takes(targets);
  }

  const shard_work& work_;
  batch_filler& filler_;
  top_pieces& pieces_;
  std::vector<std::uint32_t> needs_;
  index_vector<piece_id, double> seconds_;
  index_vector<piece_id, std::vector<top_id>> tops_;
  index_vector<piece_id, double> shared_;  // with the top that is looked at
  double longest_ = 0;
};

}  // namespace opamplan::plan_impl
