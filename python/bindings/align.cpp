/// \file
/// The Python side of alignment.
#include <pybind11/stl.h>

#include <opamplan/base/error.hpp>
#include <opamplan/plan/align.hpp>

#include "bindings.hpp"
#include "progress.hpp"
#include "solve.hpp"
#include "value.hpp"

namespace opamplan::python {
namespace {

struct py_alignment {
  std::shared_ptr<py_universe> universe;
  alignment value;
};

std::vector<std::string> preferred_of(const py_alignment& a) {
  std::vector<std::string> names;
  for (const package_id p : a.value.preferred) {
    names.push_back(a.universe->universe.repository().full_name(p));
  }
  return names;
}

auto key_of(const py_alignment& a) {
  std::vector<decltype(result_key(std::declval<py_result>()))> results;
  for (const solve_result& r : a.value.results) results.push_back(result_key({a.universe, r}));
  return std::tuple(std::move(results), preferred_of(a), a.value.layers_before,
                    a.value.layers_after, a.value.changed, a.value.older, a.value.newer);
}

}  // namespace

void bind_align(py::module_& module) {
  py::class_<py_alignment> type(module, "Alignment",
                                "Solutions that agree on versions, and the price.");
  compare_by(type, [](const py_alignment& a) { return key_of(a); })
      .def_property_readonly(
          "results",
          [](const py_alignment& a) {
            std::vector<std::shared_ptr<py_result>> out;
            for (const solve_result& r : a.value.results) {
              out.push_back(std::make_shared<py_result>(py_result{a.universe, r}));
            }
            return out;
          },
          "The results, in the order given; each still a solution.")
      .def_property_readonly("preferred", &preferred_of,
                             "The versions that are preferred, as NAME.VERSION.")
      .def_property_readonly("layers_before",
                             [](const py_alignment& a) { return a.value.layers_before; })
      .def_property_readonly(
          "layers_after", [](const py_alignment& a) { return a.value.layers_after; },
          "Distinct layers; never more than before.")
      .def_property_readonly(
          "changed", [](const py_alignment& a) { return a.value.changed; },
          "Solutions that are not what they were.")
      .def_property_readonly(
          "older", [](const py_alignment& a) { return a.value.older; },
          "Dependencies, over all solutions, that got older.")
      .def_property_readonly(
          "newer", [](const py_alignment& a) { return a.value.newer; },
          "Dependencies, over all solutions, that got newer.")
      .def("__repr__", [](const py_alignment& a) {
        return "<Alignment: " + std::to_string(a.value.layers_before) + " layers -> " +
               std::to_string(a.value.layers_after) + ">";
      });
  module.def(
      "align",
      [](const std::vector<std::shared_ptr<py_result>>& results, unsigned threads,
         const progress_argument& progress) {
        if (results.empty()) throw invalid_request("nothing to align: no results were given");
        const auto& u = results[0]->universe;
        std::vector<solve_result> values;
        for (const auto& r : results) {
          if (r->universe != u) {
            throw invalid_request("the results of one alignment must come from one universe");
          }
          values.push_back(r->result);
        }
        return run_with_progress(progress, [&](const progress_callback& report) {
          solve_options options = u->options;
          options.threads = threads;
          options.progress = report;
          return py_alignment{u, align(u->universe, values, options)};
        });
      },
      py::arg("results"), py::kw_only(), py::arg("threads") = 0, py::arg("progress") = py::none(),
      R"(Make solutions agree on versions, so that more layers are the same.

Each target keeps its own version. Takes some ten seconds for all of opam-repository.)");
}

}  // namespace opamplan::python
