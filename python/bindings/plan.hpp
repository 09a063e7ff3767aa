/// \file
/// Shared by the bindings of plan and emit.
#pragma once

#include <opamplan/plan/plan.hpp>
