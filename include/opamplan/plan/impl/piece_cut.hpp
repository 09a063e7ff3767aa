/// \file
/// Cutting the order of a plan's tops into pieces of equal work.
#pragma once

#include <cstddef>
#include <vector>

#include "opamplan/plan/impl/batch_filler.hpp"
#include "opamplan/plan/impl/shard_work.hpp"

namespace opamplan::plan_impl {

/// Into so many pieces, or more where one would break a limit.
inline top_pieces cut_tops(const shard_work& work, std::size_t pieces, batch_filler& filler) {
  const auto cut_at = [&](std::size_t n) {
    return work.all_seconds * static_cast<double>(n) / static_cast<double>(pieces);
  };
  top_pieces out;
  std::vector<bool> met(work.of.steps.size(), false);
  double sum = 0;
  std::size_t cuts = 0;  // that the work so far has passed
  std::size_t piece = 0;
  std::size_t targets = 0;
  const auto next_piece = [&] {
    ++piece;
    targets = 0;
    filler.clear();
  };
  filler.clear();
  for (const top_id t : work.tops.indices()) {
    bool passed = false;
    for (; cuts + 1 < pieces && sum >= cut_at(cuts + 1); ++cuts) passed = true;
    if (passed) next_piece();
    // What is met for the first time is all that can be the piece's own.
    std::size_t more = 0;
    for (const step_id s : work.closures[t]) {
      if (met[s]) continue;
      met[s] = true;
      sum += work.times.seconds(s);
      more += work.targets[s];
    }
    if (!filler.add(work.tops[t].step, targets + more)) {
      next_piece();
      static_cast<void>(filler.add(work.tops[t].step, more));
    }
    targets += more;
    out.of_top.push_back(piece_id(piece));
  }
  out.count = work.tops.empty() ? 0 : piece + 1;
  return out;
}

}  // namespace opamplan::plan_impl
