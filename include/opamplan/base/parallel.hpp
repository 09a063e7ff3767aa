/// \file
/// Splitting independent work over threads, with progress and cancelling.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <string_view>
#include <thread>
#include <type_traits>
#include <vector>

#include "opamplan/base/joined_threads.hpp"
#include "opamplan/base/error.hpp"
#include "opamplan/base/progress.hpp"

namespace opamplan {

/// Calls `work(i)` once for each i in [0, count), where `work = make_work()` is made once for each
/// thread: what a thread keeps lives in it. Threads take blocks of `block` neighbours. 0 threads:
/// one a core. Progress is reported from the calling thread; the first exception ends all.
///
/// Long pieces of work take `make_work(poll)`: a callback to be asked now and then on the same
/// thread, which is false once all is to end and on the calling thread reports what is done.
template <class MakeWork>
void parallel_blocks(std::size_t count, unsigned threads, std::size_t block, std::string_view stage,
                     const progress_callback& progress, MakeWork make_work) {
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  const std::size_t thread_count =
      std::clamp<std::size_t>(threads == 0 ? cores : threads, 1, count / block + 1);
  std::atomic<std::size_t> next{0};
  std::atomic<std::size_t> done{0};
  std::atomic<bool> stop{false};
  std::mutex mutex;
  std::exception_ptr failure;
  const auto run = [&](bool reports) {
    const progress_callback poll = [&, reports](const progress_event&) {
      return !stop && (!reports || !progress || progress({stage, done, count}));
    };
    try {
      auto work = [&] {
        if constexpr (std::is_invocable_v<MakeWork&, const progress_callback&>) {
          return make_work(poll);
        } else {
          return make_work();
        }
      }();
      while (!stop) {
        const std::size_t begin = block * next++;
        if (begin >= count) break;
        const std::size_t end = std::min(begin + block, count);
        for (std::size_t i = begin; i < end && !stop; ++i) {
          work(i);
          ++done;
        }
        if (reports && progress && !progress({stage, done, count})) throw cancelled();
      }
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
      stop = true;
    }
  };
  {
    joined_threads pool;
    for (std::size_t i = 1; i < thread_count && pool.start(run, false); ++i) continue;
    run(true);
  }
  if (failure) std::rethrow_exception(failure);
  if (progress && !progress({stage, count, count})) throw cancelled();
}

}  // namespace opamplan
