/// \file
/// Lending idle solvers.
#pragma once

#include <optional>
#include <utility>

#include "opamplan/base/config.hpp"
#include "opamplan/solve/solver_pool.hpp"

namespace opamplan {

// A solver whose request throws is dropped.
template <class Target>
solve_result solver_pool::answer(Target target) {
  std::optional<solver> s;
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      s = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (!s) s.emplace(universe_, options_);
  solve_result result = s->solve(target);
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(*s));
  return result;
}

OPAMPLAN_INLINE solve_result solver_pool::solve(package_id target) { return answer(target); }
OPAMPLAN_INLINE solve_result solver_pool::solve(name_id name) { return answer(name); }

}  // namespace opamplan
