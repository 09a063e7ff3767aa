/// \file
/// The Python side of alignment.
#include <pybind11/stl.h>

#include <array>
#include <opamplan/base/error.hpp>
#include <opamplan/plan/align.hpp>

#include "bindings.hpp"
#include "progress.hpp"
#include "solve.hpp"
#include "value.hpp"

namespace opamplan::python {
namespace {

struct py_alignment {
  std::vector<std::shared_ptr<py_result>> results;
  std::vector<std::string> preferred;
  std::size_t layers_before = 0;
  std::size_t layers_after = 0;
  std::size_t changed = 0;
  std::size_t older = 0;
  std::size_t newer = 0;
};

auto key_of(const py_alignment& a) {
  std::vector<decltype(result_key(std::declval<py_result>()))> results;
  for (const auto& r : a.results) results.push_back(result_key(*r));
  return std::tuple(std::move(results), a.preferred, a.layers_before, a.layers_after, a.changed,
                    a.older, a.newer);
}

using alignment_state = std::tuple<std::vector<std::shared_ptr<py_result>>,
                                   std::vector<std::string>, std::array<std::size_t, 5>>;

py_alignment made_of(const std::shared_ptr<py_universe>& u, alignment found) {
  py_alignment a{{},          {},         found.layers_before, found.layers_after, found.changed,
                 found.older, found.newer};
  const repository& in = u->universe.repository();
  for (solve_result& r : found.results) {
    a.results.push_back(std::make_shared<py_result>(py_result{in, u, std::move(r)}));
  }
  for (const package_id p : found.preferred) a.preferred.push_back(in.full_name(p));
  return a;
}

}  // namespace

void bind_plan_align(py::module_& module) {
  py::class_<py_alignment> type(module, "Alignment",
                                "Solutions that agree on versions, and the price.");
  compare_by(type, [](const py_alignment& a) { return key_of(a); })
      .def(py::pickle(
          [](const py_alignment& a) {
            return alignment_state(a.results, a.preferred,
                                   {a.layers_before, a.layers_after, a.changed, a.older, a.newer});
          },
          [](const alignment_state& state) {
            const auto& [results, preferred, n] = state;
            return py_alignment{results, preferred, n[0], n[1], n[2], n[3], n[4]};
          }))
      .def_readonly("results", &py_alignment::results,
                    "The results, in the order given; each still a solution.")
      .def_readonly("preferred", &py_alignment::preferred,
                    "The versions that are preferred, as NAME.VERSION.")
      .def_readonly("layers_before", &py_alignment::layers_before,
                    "Distinct layers of the solutions as they were.")
      .def_readonly("layers_after", &py_alignment::layers_after,
                    "Distinct layers; never more than before.")
      .def_readonly("changed", &py_alignment::changed, "Solutions that are not what they were.")
      .def_readonly("older", &py_alignment::older,
                    "Dependencies, over all solutions, that got older.")
      .def_readonly("newer", &py_alignment::newer,
                    "Dependencies, over all solutions, that got newer.")
      .def("__repr__", [](const py_alignment& a) {
        return "<Alignment: " + counted(a.layers_before, "layer") + " -> " +
               std::to_string(a.layers_after) + ">";
      });
  module.def(
      "align",
      [](const std::vector<std::shared_ptr<py_result>>& results, unsigned threads,
         const progress_argument& progress) {
        if (results.empty()) throw invalid_request("nothing to align: no results were given");
        static_cast<void>(results[0]->whole());
        const auto& u = results[0]->universe;
        std::vector<solve_result> values;
        for (const auto& r : results) {
          if (r->universe != u) {
            throw invalid_request("the results of one alignment must come from one universe");
          }
          values.push_back(r->result);
        }
        alignment found = run_with_progress(progress, [&](const progress_callback& report) {
          solve_options options = u->options;
          options.threads = threads;
          options.progress = report;
          return align(u->universe, values, options);
        });
        return made_of(u, std::move(found));
      },
      py::arg("results"), py::kw_only(), py::arg("threads") = 0, py::arg("progress") = py::none(),
      R"(Make solutions agree on versions, so that more layers are the same.

Each target keeps its own version. Takes some seven seconds of CPU for all of opam-repository.)");
}

}  // namespace opamplan::python
