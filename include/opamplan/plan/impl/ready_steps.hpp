/// \file
/// Steps that can be taken, of which the best is taken next.
#pragma once

#include <queue>
#include <utility>
#include <vector>

#include "opamplan/plan/plan.hpp"

namespace opamplan::plan_impl {

/// A step and what it is worth.
using ready_step = std::pair<double, step_id>;

/// The worthiest on top; of equal ones that which the plan has first.
struct less_worthy {
  bool operator()(const ready_step& a, const ready_step& b) const noexcept {
    return a.first != b.first ? a.first < b.first : a.second > b.second;
  }
};
using ready_steps = std::priority_queue<ready_step, std::vector<ready_step>, less_worthy>;

}  // namespace opamplan::plan_impl
