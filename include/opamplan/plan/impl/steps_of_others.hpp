/// \file
/// What a batch stands on and does not build.
#pragma once

#include <algorithm>
#include <iterator>
#include <vector>

#include "opamplan/base/rows.hpp"
#include "opamplan/plan/plan.hpp"

namespace opamplan::plan_impl {

/// The steps of a batch that it does not build, ascending. `own`: `own_steps` of the plan.
inline std::vector<step_id> steps_of_others(const plan& p, batch_id b,
                                            const flat_rows<step_id>& own) {
  const std::vector<step_id>& all = p.batches[b].steps;
  std::vector<step_id> others;
  std::set_difference(all.begin(), all.end(), own[b].begin(), own[b].end(),
                      std::back_inserter(others));
  return others;
}

}  // namespace opamplan::plan_impl
