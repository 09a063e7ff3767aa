/// \file
/// What the readers of one `load_repository` call share: threads, cancellation, counting.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include "opamplan/base/joined_threads.hpp"
#include "opamplan/base/error.hpp"
#include "opamplan/base/progress.hpp"

namespace opamplan::detail {

class load_run {
 public:
  load_run(unsigned threads, const progress_callback& progress, std::string_view stage)
      : threads_(threads != 0 ? threads : std::max(1U, std::thread::hardware_concurrency())),
        progress_(progress),
        stage_(stage) {}

  [[nodiscard]] unsigned threads() const noexcept { return threads_; }
  [[nodiscard]] bool stopped() const noexcept { return stop_.load(std::memory_order_relaxed); }

  void set_total(std::size_t total) noexcept { total_.store(total, std::memory_order_relaxed); }
  void add_done(std::size_t n = 1) noexcept { done_.fetch_add(n, std::memory_order_relaxed); }
  void start_over() noexcept {
    done_.store(0);
    total_.store(0);
  }

  /// Called often by the thread that called `load_repository`, and by no other: reports at most
  /// every 10 ms. Throws `cancelled`.
  void report(bool now = false) {
    if (!progress_) return;
    const auto time = std::chrono::steady_clock::now();
    if (!now && time - last_report_ < std::chrono::milliseconds(10)) return;
    last_report_ = time;
    if (!progress_({stage_, done_.load(), total_.load()})) throw cancelled();
  }

  /// Runs `work(worker)` for worker 0..threads()-1 at once, worker 0 in the calling thread. When
  /// one throws, `stopped()` becomes true, and the first exception is thrown again at the end.
  void on_all_threads(const std::function<void(unsigned)>& work) {
    std::exception_ptr failure;
    std::mutex failure_mutex;
    const auto guarded = [&](unsigned worker) {
      try {
        work(worker);
      } catch (...) {
        const std::lock_guard lock(failure_mutex);
        if (!failure) failure = std::current_exception();
        stop_.store(true);
      }
    };
    {
      joined_threads others;
      for (unsigned i = 1; i < threads_ && others.start(guarded, i); ++i) continue;
      guarded(0);
    }
    if (failure) std::rethrow_exception(failure);
  }

  /// Runs `work(worker, i)` for i in 0..count-1, in any order, on all threads.
  template <class Work>
  void for_each_index(std::size_t count, std::size_t grain, Work work) {
    std::atomic<std::size_t> next{0};
    on_all_threads([&](unsigned worker) {
      while (!stopped()) {
        const std::size_t begin = next.fetch_add(grain, std::memory_order_relaxed);
        if (begin >= count) break;
        const std::size_t end = begin + grain < count ? begin + grain : count;
        for (std::size_t i = begin; i < end && !stopped(); ++i) work(worker, i);
        if (worker == 0) report();
      }
    });
  }

 private:
  unsigned threads_;
  const progress_callback& progress_;
  std::string_view stage_;
  std::atomic<bool> stop_{false};
  std::atomic<std::size_t> done_{0};
  std::atomic<std::size_t> total_{0};
  std::chrono::steady_clock::time_point last_report_{};
};

}  // namespace opamplan::detail
