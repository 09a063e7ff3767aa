/// \file
/// What the role of an alternative stands for.
#pragma once

#include "opamplan/package/formula.hpp"
#include "opamplan/repository/version_sets.hpp"
#include "opamplan/solve/tables.hpp"

namespace opamplan::solve_impl {

/// One of several must hold: of requirements, or of prohibitions.
struct rule_alternative {
  role_id role{};
  formula<version_set> rule;
  bool prohibits = false;
};

}  // namespace opamplan::solve_impl
