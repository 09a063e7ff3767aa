/// \file
/// What Python holds of a universe and a result; shared by the bindings of solve and plan.
#pragma once

#include <memory>
#include <opamplan/error.hpp>
#include <opamplan/solve/solver.hpp>
#include <opamplan/solve/universe.hpp>
#include <string>
#include <tuple>
#include <vector>

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

/// What Python can read of a result, so that results compare whatever universe they are of.
inline auto result_key(const py_result& r) {
  const repository& repo = r.universe->universe.repository();
  const auto name_of = [&](package_id p) {
    return p == no_package ? std::string() : repo.full_name(p);
  };
  std::vector<std::string> packages;
  adjacency dependencies;
  adjacency post_dependencies;
  if (r.result.solution) {
    for (const package_id p : r.result.solution->packages) packages.push_back(name_of(p));
    dependencies = r.result.solution->dependencies;
    post_dependencies = r.result.solution->post_dependencies;
  }
  return std::tuple(r.result.status, r.name(), name_of(r.result.target), std::move(packages),
                    std::move(dependencies), std::move(post_dependencies));
}

}  // namespace opamplan::python
