/// \file
/// Threads that do one piece of long work together.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <limits>
#include <mutex>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>

#include "opamplan/base/error.hpp"
#include "opamplan/base/impl/joined_threads.hpp"
#include "opamplan/base/progress.hpp"

namespace opamplan {

/// What all long work keeps to:
///
/// - Threads: as many as asked for, 0 is one a core. The calling thread is worker 0. If the system
///   has no thread left, those that there are do all the work.
/// - Progress: told by worker 0 only, first at once, then every 10 ms at most.
/// - Cancelling: when the callback says false, or a worker throws, `stopped()` becomes true and the
///   workers end; then `cancelled`, or the first exception, reaches the caller.
class workers {
 public:
  /// `stage` must outlive this.
  workers(unsigned threads, std::string_view stage, progress_callback progress)
      : count_(threads != 0 ? threads : std::max(1U, std::thread::hardware_concurrency())),
        progress_(std::move(progress)),
        stage_(stage) {}

  /// How many there are at most: workers have the numbers below it.
  [[nodiscard]] unsigned count() const noexcept { return count_; }
  [[nodiscard]] bool stopped() const noexcept { return stop_.load(std::memory_order_relaxed); }

  void set_total(std::size_t total) noexcept { total_.store(total, std::memory_order_relaxed); }
  void add_done(std::size_t n = 1) noexcept { done_.fetch_add(n, std::memory_order_relaxed); }
  void start_over() noexcept {
    done_.store(0);
    total_.store(0);
  }

  /// For worker 0, as often as it likes; `now`: even if it has just told. Throws `cancelled`.
  void report(bool now = false) {
    if (!progress_) return;
    const auto time = std::chrono::steady_clock::now();
    if (!now && time - told_ < std::chrono::milliseconds(10)) return;
    told_ = time;
    if (!progress_({stage_, done_.load(), total_.load()})) throw cancelled();
  }

  /// For long pieces of work of one worker, to be asked now and then: false once all is to end.
  [[nodiscard]] progress_callback poll(unsigned worker) {
    return [this, worker](const progress_event&) {
      if (worker == 0) report();
      return !stopped();
    };
  }

  /// Runs `work(worker)` for each worker at once, or for the first `most`.
  template <class Work>
  void run(const Work& work, std::size_t most = std::numeric_limits<std::size_t>::max()) {
    std::exception_ptr failure;
    std::mutex mutex;
    const auto guarded = [&](unsigned worker) {
      try {
        work(worker);
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!failure) failure = std::current_exception();
        stop_.store(true);
      }
    };
    {
      base_impl::joined_threads others;
      for (unsigned i = 1; i < count_ && i < most && others.start(guarded, i); ++i) continue;
      guarded(0);
    }
    if (failure) std::rethrow_exception(failure);
  }

  /// Calls `work(i)` once for each i in [0, count), where `work = make(worker)` is made once for
  /// each worker: what a thread keeps lives in it. A worker takes `block` neighbours at a time.
  template <class Make>
  void for_each(std::size_t count, std::size_t block, const Make& make) {
    std::atomic<std::size_t> next{0};
    run(
        [&](unsigned worker) {
          auto work = make(worker);
          while (!stopped()) {
            const std::size_t begin = next.fetch_add(block, std::memory_order_relaxed);
            if (begin >= count) break;
            const std::size_t end = std::min(begin + block, count);
            for (std::size_t i = begin; i < end && !stopped(); ++i) work(i);
            if (worker == 0) report();
          }
        },
        count / block + 1);
  }

 private:
  unsigned count_;
  progress_callback progress_;
  std::string_view stage_;
  std::atomic<bool> stop_{false};
  std::atomic<std::size_t> done_{0};
  std::atomic<std::size_t> total_{0};
  std::chrono::steady_clock::time_point told_{};
};

/// The whole of it: `for_each` with a stage, where each i counts as done and the last report says
/// that all is. Long pieces of work have `make(poll)`, which may copy `workers::poll`; else
/// `make()`.
template <class Make>
void parallel_blocks(std::size_t count, unsigned threads, std::size_t block, std::string_view stage,
                     const progress_callback& progress, const Make& make) {
  workers all(threads, stage, progress);
  all.set_total(count);
  all.for_each(count, block, [&](unsigned worker) {
    const auto made = [&] {
      if constexpr (std::is_invocable_v<const Make&, const progress_callback&>) {
        return make(all.poll(worker));
      } else {
        return make();
      }
    };
    return [&all, work = made()](std::size_t i) mutable {
      work(i);
      all.add_done();
    };
  });
  all.report(true);
}

}  // namespace opamplan
