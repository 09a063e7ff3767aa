/// \file
/// A batch that grows by what steps need, as long as it keeps the limits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "opamplan/plan/batches.hpp"
#include "opamplan/plan/impl/cache_record.hpp"
#include "opamplan/plan/plan.hpp"

namespace opamplan::plan_impl {

class batch_filler {
 public:
  explicit batch_filler(const plan& p) : plan_(p), record_(p), in_batch_(p.steps.size(), 0) {}

  /// Whether the batch keeps the limits with all that `step` needs and `targets` in all. If so, or
  /// if it holds nothing yet, that is added; if not, it must be begun anew.
  bool add(step_id step, std::size_t targets) {
    const std::size_t size = steps_.size();
    step_cost more = used_;
    collect(step);
    for (std::size_t i = size; i < steps_.size(); ++i) {
      more += estimate(plan_, plan_.steps[steps_[i]]);
      record_.add(steps_[i]);
    }
    const limits& l = plan_.limits;
    const bool full = !takes(targets) || exceeds(steps_.size(), l.batch_steps) ||
                      exceeds(more.file_bytes, l.file_bytes) ||
                      exceeds(more.definition_bytes, l.definition_bytes) ||
                      exceeds(record_.bytes(), l.cache_record_bytes);
    if (full && size != 0) return false;
    used_ = more;
    return true;
  }

  /// Whether a batch may have so many targets.
  [[nodiscard]] bool takes(std::size_t targets) const noexcept {
    return !exceeds(targets, plan_.limits.batch_targets);
  }

  /// Begin a batch of nothing.
  void clear() {
    ++number_;
    steps_.clear();
    used_ = {};
    record_.clear();
  }

  /// In no order.
  [[nodiscard]] const std::vector<step_id>& steps() const noexcept { return steps_; }

 private:
  static bool exceeds(std::size_t value, std::size_t limit) { return limit != 0 && value > limit; }

  void collect(step_id step) {
    const auto take = [&](step_id s) {
      if (s == step_id::none || in_batch_[s] == number_) return;
      in_batch_[s] = number_;
      steps_.push_back(s);
    };
    std::size_t next = steps_.size();
    for (take(step); next < steps_.size(); ++next) {
      const plan_step& taken = plan_.steps[steps_[next]];
      take(taken.parent);
      for (const step_id g : taken.grafts) take(g);
    }
  }

  const plan& plan_;
  cache_record record_;
  std::vector<step_id> steps_;
  step_cost used_;
  index_vector<step_id, std::uint32_t> in_batch_;  // number of the last batch, from 1
  std::uint32_t number_ = 1;
};

}  // namespace opamplan::plan_impl
