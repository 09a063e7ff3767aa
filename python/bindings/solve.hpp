/// \file
/// What Python holds of a universe and a result; shared by the bindings of solve and plan.
#pragma once

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <memory>
#include <opamplan/base/error.hpp>
#include <opamplan/repository/repository.hpp>
#include <opamplan/solve/depexts.hpp>
#include <opamplan/solve/solver.hpp>
#include <opamplan/solve/solver_pool.hpp>
#include <opamplan/solve/universe.hpp>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "arguments.hpp"
#include "progress.hpp"

namespace opamplan::python {

/// For one request, on the calling thread.
inline solve_options with_signals(solve_options options) {
  options.progress = answering_signals();
  return options;
}

/// A universe with the roots and constraints of all its requests, and solvers for single ones.
struct py_universe {
  py_universe(opamplan::universe u, solve_options o)
      : universe(std::move(u)), options(std::move(o)), solvers(universe, with_signals(options)) {}

  opamplan::universe universe;
  solve_options options;
  solver_pool solvers;
};

/// A result; a copy that was pickled has names only, and no universe.
struct py_result {
  repository in;
  std::shared_ptr<py_universe> universe;
  solve_result result;
  std::vector<std::string> copied_depexts = {};

  [[nodiscard]] std::string name() const { return in.names()[result.name]; }
  [[nodiscard]] const opamplan::solution& solution() const {
    if (!result.solution) {
      throw invalid_request(name() + " has no solution: its status is " +
                            std::string(to_string(result.status)));
    }
    return *result.solution;
  }
  /// What only the universe knows; throws `invalid_request` without one.
  [[nodiscard]] const py_universe& whole() const {
    if (universe) return *universe;
    throw invalid_request(
        "this SolveResult of " +
        (result.target == package_id::none ? name() : in.full_name(result.target)) +
        " was pickled, which leaves its universe behind: solve it again");
  }
  [[nodiscard]] std::vector<std::string> depexts() const {
    const std::vector<package_id>& packages = solution().packages;
    return universe ? depexts_of(universe->universe, packages) : copied_depexts;
  }
};

/// What Python can read of a result, so that results compare whatever universe they are of.
inline auto result_key(const py_result& r) {
  const auto name_of = [&](package_id p) {
    return p == package_id::none ? std::string() : r.in.full_name(p);
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

namespace pybind11::detail {

/// A result, and nothing that might be its name.
template <>
class type_caster<std::shared_ptr<opamplan::python::py_result>>
    : public copyable_holder_caster<opamplan::python::py_result,
                                    std::shared_ptr<opamplan::python::py_result>> {
 public:
  bool load(handle source, bool convert) {
    using base = copyable_holder_caster<opamplan::python::py_result,
                                        std::shared_ptr<opamplan::python::py_result>>;
    try {
      if (!source.is_none() && base::load(source, convert)) return true;
    } catch (const cast_error&) {
      opamplan::python::refuse_unmade(0);
    }
    opamplan::python::refuse_argument("a SolveResult", source, "universe.solve('dune')");
  }
};

template <>
class type_caster<std::vector<std::shared_ptr<opamplan::python::py_result>>>
    : public list_caster<std::vector<std::shared_ptr<opamplan::python::py_result>>,
                         std::shared_ptr<opamplan::python::py_result>> {
 public:
  bool load(handle source, bool convert) {
    using base = list_caster<std::vector<std::shared_ptr<opamplan::python::py_result>>,
                             std::shared_ptr<opamplan::python::py_result>>;
    // A result is an iterable itself, of names.
    if (!isinstance<opamplan::python::py_result>(source) && base::load(source, convert)) {
      return true;
    }
    if (!convert) return false;
    opamplan::python::refuse_argument("a list of SolveResult", source,
                                      "universe.solve_all(['dune'])");
  }
};

}  // namespace pybind11::detail
