/// \file
/// Long work from Python: progress callbacks, Ctrl-C, and the GIL.
#pragma once

#include <pybind11/pybind11.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <opamplan/base/progress.hpp>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "bindings.hpp"

namespace opamplan::python {

/// None or False (silent), True (the ready-made bar) or a callable `(stage: str, done: int,
/// total: int) -> bool | None`; False cancels.
class progress_argument : public py::object {
 public:
  using object::object;
  static bool check_(py::handle value) { return value.ptr() != nullptr; }
};

/// The reports that wait for the calling thread, the newest of each stage.
class progress_mailbox {
 public:
  struct report {
    std::string stage;
    std::size_t done;
    std::size_t total;
  };

  /// From the working thread. False when the work has been cancelled.
  bool post(const progress_event& event) {
    const std::lock_guard lock(mutex_);
    if (!reports_.empty() && reports_.back().stage == event.stage) {
      reports_.back().done = event.done;
      reports_.back().total = event.total;
    } else {
      reports_.push_back({std::string(event.stage), event.done, event.total});
    }
    return !cancelled_;
  }

  void cancel() {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
  }

  void finish() {
    const std::lock_guard lock(mutex_);
    finished_ = true;
    changed_.notify_one();
  }

  /// True once the work has ended; waits at most `period`.
  bool wait(std::chrono::milliseconds period) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, period, [this] { return finished_; });
  }

  std::vector<report> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(reports_, {});
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<report> reports_;
  bool finished_ = false;
  bool cancelled_ = false;
};

/// None, or what is to be called.
inline py::object progress_callable(const progress_argument& progress) {
  if (progress.is_none() || progress.is(py::bool_(false))) return py::none();
  if (progress.is(py::bool_(true))) return given_by_python().progress_bar();
  if (!PyCallable_Check(progress.ptr()))
    throw py::type_error("progress must be None, a bool or a callable");
  return progress;
}

/// For work that mostly takes less than a thread costs: a callback for the calling thread, which
/// holds no GIL, that answers signals when the work asks. What a signal handler raises ends the
/// work.
inline progress_callback answering_signals() {
  return [](const progress_event&) {
    const py::gil_scoped_acquire acquire;
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    return true;
  };
}

/// Runs `work(const progress_callback&)` on a thread of its own without the GIL, while the calling
/// thread delivers reports to `progress` (at most 25 a second, always from the calling thread) and
/// answers signals. Ctrl-C, an exception in `progress` or its returning False cancel the work; the
/// Python exception, or opamplan.Cancelled, is raised once the work has stopped, even if that was
/// before the answer came. Returns what `work` returns. `work` must not touch Python objects. Costs
/// some 50 us: for long work only.
template <class Work>
auto run_with_progress(const progress_argument& progress, Work&& work) {
  using result_type = std::invoke_result_t<Work&, const progress_callback&>;
  constexpr std::chrono::milliseconds period{40};
  const py::object callable = progress_callable(progress);
  const bool silent = callable.is_none();
  bool refused = false;
  std::optional<py::error_already_set> raised;
  std::exception_ptr failure;
  std::conditional_t<std::is_void_v<result_type>, int, std::optional<result_type>> result{};
  progress_mailbox mailbox;
  const progress_callback post = [&mailbox](const progress_event& event) {
    return mailbox.post(event);
  };

  const auto deliver = [&] {
    for (const auto& report : mailbox.take()) {
      if (silent || raised) continue;
      const py::object answer = callable(report.stage, report.done, report.total);
      if (!answer.is(py::bool_(false))) continue;
      refused = true;
      mailbox.cancel();
    }
  };
  {
    std::thread worker([&] {
      try {
        if constexpr (std::is_void_v<result_type>) {
          work(post);
        } else {
          result.emplace(work(post));
        }
      } catch (...) {
        failure = std::current_exception();
      }
      mailbox.finish();
    });
    for (bool finished = false; !finished;) {
      {
        const py::gil_scoped_release release;
        finished = mailbox.wait(period);
      }
      try {
        if (PyErr_CheckSignals() != 0) throw py::error_already_set();
        deliver();
      } catch (py::error_already_set& error) {
        if (!raised) raised.emplace(error);
        mailbox.cancel();
      }
    }
    worker.join();
  }
  // The bar closes (erases itself) however the work ended.
  if (!silent && py::hasattr(callable, "close")) callable.attr("close")();
  if (raised) throw py::error_already_set(*raised);
  if (failure) std::rethrow_exception(failure);
  if (refused) throw cancelled();
  if constexpr (!std::is_void_v<result_type>) return std::move(*result);
}

}  // namespace opamplan::python

template <>
struct pybind11::detail::handle_type_name<opamplan::python::progress_argument> {
  static constexpr auto name =
      const_name("bool | collections.abc.Callable[[str, int, int], bool | None] | None");
};
