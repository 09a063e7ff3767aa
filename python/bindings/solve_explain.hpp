/// \file
/// What Python holds of facts, explanations and reports; shared by the room's two files.
#pragma once

#include <opamplan/repository/repository.hpp>
#include <opamplan/solve/explain.hpp>
#include <opamplan/solve/fact.hpp>
#include <string>
#include <vector>

#include "bindings.hpp"

namespace opamplan::python {

struct py_fact {
  repository in;
  fact value;
};

struct py_explanation {
  repository in;
  explanation value;
};

struct py_blocker_group {
  repository in;
  blocker_group value;
};

struct py_blocker {
  repository in;
  blocker value;
};

struct py_blocker_report {
  repository in;
  blocker_report value;
};

[[nodiscard]] std::vector<std::string> full_names(const repository& repo,
                                                  const std::vector<package_id>& ids);

/// Fact, Explanation, BlockerGroup, Blocker, BlockerReport.
void bind_solve_explanations(py::module_& module);

}  // namespace opamplan::python
