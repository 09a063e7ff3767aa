/// \file
/// How long a step takes where nothing was measured.
#pragma once

#include "opamplan/plan/forecast.hpp"

namespace opamplan::plan_impl {

inline double default_seconds(const plan_step& step) {
  const double system = step.depexts.empty() ? 0 : default_system_seconds;
  return default_install_seconds * static_cast<double>(step.installs.size()) + system;
}

}  // namespace opamplan::plan_impl
