/// \file
/// What Python holds of a universe and a result; shared by the bindings of solve and plan.
#pragma once

#include <memory>
#include <opamplan/error.hpp>
#include <opamplan/solve/solver.hpp>
#include <opamplan/solve/universe.hpp>
#include <string>

namespace opamplan::python {

/// A universe with the roots and constraints of all its requests.
struct py_universe {
  opamplan::universe universe;
  solve_options options;
};

struct py_result {
  std::shared_ptr<py_universe> universe;
  solve_result result;

  [[nodiscard]] std::string name() const {
    return universe->universe.repository().names()[to_index(result.name)];
  }
  [[nodiscard]] const opamplan::solution& solution() const {
    if (!result.solution) throw invalid_request(name() + " has no solution");
    return *result.solution;
  }
};

}  // namespace opamplan::python
