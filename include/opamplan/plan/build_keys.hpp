/// \file
/// What a builder knows the steps of a plan by.
#pragma once

#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/base/index.hpp"
#include "opamplan/base/sha256.hpp"
#include "opamplan/plan/plan.hpp"

namespace opamplan {

/// By step: equal for two steps, of any plans, if a builder takes one for the other, so that its
/// cache serves the second. Besides what the step does that is what it stands on and takes: the key
/// of a layer, and of most steps, says what is installed on what, and not on which image. Both
/// plans must be emitted with the same options. Linear in steps and grafts.
[[nodiscard]] index_vector<step_id, digest> build_keys(const plan& p);

/// The same, ascending, each once: what `forecast_options::built` takes.
[[nodiscard]] std::vector<digest> sorted_build_keys(const plan& p);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/plan/impl/build_keys.ipp"
#endif
