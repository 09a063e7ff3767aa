/// \file
/// What one builder builds before the others begin: how much of what their pieces have in common.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "opamplan/plan/impl/batch_filler.hpp"
#include "opamplan/plan/impl/cache_record.hpp"
#include "opamplan/plan/impl/ready_steps.hpp"
#include "opamplan/plan/impl/shard_work.hpp"

namespace opamplan::plan_impl {

/// How many of these steps, from the first, one batch can have with all that they stand on.
inline std::size_t most_that_fit(const shard_work& work, const std::vector<step_id>& steps,
                                 batch_filler& filler) {
  filler.clear();
  std::size_t targets = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    targets += work.targets[steps[i]];
    if (!filler.add(steps[i], targets)) return i;
  }
  return steps.size();
}

class first_wave {
 public:
  /// `needs`: by step how many pieces need it.
  first_wave(const shard_work& work, const index_vector<step_id, std::uint32_t>& needs,
             batch_filler& filler)
      : work_(work), needs_(needs), record_(work.of) {
    find_order();
    most_ = most_that_fit(work, order_, filler);
    repeated_.assign(order_.size() + 1, 0);
    for (std::size_t i = order_.size(); i-- > 0;)
      repeated_[i] = repeated_[i + 1] + saved(order_[i]);
  }

  /// What several pieces need. Its first steps, however many, stand on none of the rest.
  [[nodiscard]] const std::vector<step_id>& order() const noexcept { return order_; }
  /// How many of these one shard can build.
  [[nodiscard]] std::size_t most() const noexcept { return most_; }
  /// The seconds of what is done again if only so many come first.
  [[nodiscard]] double repeated(std::size_t size) const { return repeated_[size]; }
  /// How many must come first so that no more seconds are done again, if most are enough for that.
  [[nodiscard]] std::size_t least(double seconds) const {
    std::size_t size = most_;
    while (size > 0 && repeated_[size - 1] <= seconds) --size;
    return size;
  }

 private:
  [[nodiscard]] double saved(step_id s) const { return work_.times.seconds(s) * (needs_[s] - 1); }

  /// Of what could be next, that which saves the most work for what it takes of a cache.
  void find_order() {
    const auto worth = [&](step_id s) {
      record_.clear();
      record_.add(s);
      return saved(s) / static_cast<double>(record_.bytes());
    };
    ready_steps ready;
    // What a step stands on is needed by no fewer.
    index_vector<step_id, std::size_t> missing;
    for (const step_id s : work_.of.steps.indices()) {
      missing.push_back(work_.before[s].size());
      if (needs_[s] > 1 && missing[s] == 0) ready.emplace(worth(s), s);
    }
    while (!ready.empty()) {
      const step_id s = ready.top().second;
      ready.pop();
      order_.push_back(s);
      for (const step_id a : work_.after[s]) {
        if (--missing[a] == 0 && needs_[a] > 1) ready.emplace(worth(a), a);
      }
    }
  }

  const shard_work& work_;
  const index_vector<step_id, std::uint32_t>& needs_;
  cache_record record_;
  std::vector<step_id> order_;
  std::size_t most_ = 0;
  std::vector<double> repeated_;  // by size
};

}  // namespace opamplan::plan_impl
