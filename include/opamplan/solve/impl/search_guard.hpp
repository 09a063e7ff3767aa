/// \file
/// Ending a search early: its time limit, and the callback that may cancel it.
#pragma once

#include <chrono>
#include <string_view>

#include "opamplan/base/error.hpp"
#include "opamplan/base/progress.hpp"

namespace opamplan::solve_impl {

/// What `sat_core::options::keep_going` asks. The callback is called some fifty times a second.
class search_guard {
 public:
  using clock = std::chrono::steady_clock;

  /// A limit of 0 is none. `progress` and `stage` must outlive this.
  search_guard(const progress_callback& progress, std::string_view stage,
               std::chrono::duration<double> limit)
      : progress_(progress), stage_(stage), limit_(limit) {}

  /// A request begins.
  void start() {
    if (limit_.count() > 0) begin_ = clock::now();
  }

  /// False after the time limit. Throws `cancelled`.
  [[nodiscard]] bool keep_going() {
    if (!progress_ && limit_.count() <= 0) return true;
    const auto now = clock::now();
    if (progress_ && now - reported_ >= std::chrono::milliseconds(20)) {
      reported_ = now;
      if (!progress_({stage_, 0, 0})) throw cancelled();
    }
    return limit_.count() <= 0 || now - begin_ < limit_;
  }

 private:
  const progress_callback& progress_;
  std::string_view stage_;
  std::chrono::duration<double> limit_;
  clock::time_point begin_{};
  clock::time_point reported_{};
};

}  // namespace opamplan::solve_impl
