/// \file
/// What steps stand on.
#pragma once

#include <cstddef>
#include <vector>

#include "opamplan/plan/plan.hpp"

namespace opamplan::plan_impl {

/// By step: marks all that the marked ones need, too. What is needed comes earlier, so one pass
/// backwards finds all of it.
inline void mark_below(const plan& p, std::vector<bool>& steps) {
  for (std::size_t i = steps.size(); i-- > 0;) {
    if (!steps[i]) continue;
    const plan_step& step = p.steps[i];
    if (step.parent != step_id::none) steps[step.parent] = true;
    for (const step_id g : step.grafts) steps[g] = true;
  }
}

}  // namespace opamplan::plan_impl
