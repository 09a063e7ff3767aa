/// \file
/// Requests that come one by one, from any thread.
#pragma once

#include <mutex>
#include <utility>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/solve/solver.hpp"

namespace opamplan {

/// Answers each request with a solver that is idle and keeps what it learnt, so that a request
/// costs what its own closure costs. Thread-safe; there are as many solvers as requests at once.
/// Answers depend neither on the order of requests nor on the threads.
class solver_pool {
 public:
  /// The options are those of every request. Throws as `solver` does, at the first one.
  solver_pool(universe u, solve_options options)
      : universe_(std::move(u)), options_(std::move(options)) {}

  /// As those of `solver`.
  [[nodiscard]] solve_result solve(package_id target);
  [[nodiscard]] solve_result solve(name_id name);

 private:
  template <class Target>
  solve_result answer(Target target);

  universe universe_;
  solve_options options_;
  std::mutex mutex_;
  std::vector<solver> idle_;
};

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/solve/impl/solver_pool.ipp"
#endif
