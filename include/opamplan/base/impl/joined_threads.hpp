/// \file
/// Threads that end with the scope they are in: std::jthread, which libc++ 14 has not.
#pragma once

#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace opamplan::base_impl {

class joined_threads {
 public:
  joined_threads() = default;
  joined_threads(const joined_threads&) = delete;
  joined_threads& operator=(const joined_threads&) = delete;
  ~joined_threads() {
    for (std::thread& t : threads_) t.join();
  }

  /// Starts a thread that calls `work(arguments...)`, which must not throw. False if the system has
  /// no thread left: those that there are then do all the work.
  template <class Work, class... Arguments>
  bool start(Work&& work, Arguments&&... arguments) {
    try {
      threads_.emplace_back(std::forward<Work>(work), std::forward<Arguments>(arguments)...);
      return true;
    } catch (const std::system_error&) {
      return false;
    }
  }

 private:
  std::vector<std::thread> threads_;
};

}  // namespace opamplan::base_impl
