/// \file
/// The Python side of the plan room.
#include "plan.hpp"

#include <pybind11/operators.h>
#include <pybind11/stl.h>

#include <opamplan/plan/make.hpp>
#include <opamplan/plan/plan.hpp>

#include "bindings.hpp"
#include "progress.hpp"
#include "solve.hpp"

namespace opamplan::python {
namespace {

record summary_dict(const plan& p) {
  const plan_summary s = summarize(p);
  record d;
  d["strategy"] = to_string(p.strategy);
  d["targets"] = s.targets;
  d["install_steps"] = s.install_steps;
  d["installs"] = s.installs;
  d["unshared_installs"] = s.unshared_installs;
  d["layers"] = s.layers;
  d["package_versions"] = s.package_versions;
  d["max_depth"] = s.max_depth;
  d["grafts"] = s.grafts;
  d["batches"] = s.batches;
  d["largest_batch"] = s.largest_batch;
  d["depexts"] = s.depexts;
  d["most_variants"] = s.most_variants;
  d["variants"] = s.variants;
  return d;
}

}  // namespace

void bind_plan(py::module_& module) {
  py::class_<plan, std::shared_ptr<plan>>(
      module, "Plan", "A build plan: steps that share work, the targets they end in, batches.")
      .def_property_readonly("summary", &summary_dict, "The figures of the plan, as a dict.")
      .def_property_readonly("strategy", [](const plan& p) { return to_string(p.strategy); })
      .def_property_readonly(
          "targets",
          [](const plan& p) {
            std::vector<std::string> names;
            for (const plan_target& t : p.targets)
              names.push_back(p.packages[t.package].full_name());
            return names;
          },
          "The targets, as NAME.VERSION, ascending.")
      .def_property_readonly(
          "batches",
          [](const plan& p) {
            record_list out;
            for (const plan_batch& b : p.batches) {
              py::dict d;
              d["targets"] = b.targets.size();
              d["steps"] = b.steps.size();
              d["new_steps"] = b.new_steps;
              out.append(d);
            }
            return out;
          },
          "For each batch: how many targets, steps, and steps no earlier batch builds.")
      .def("__len__", [](const plan& p) { return p.steps.size(); })
      .def(
          "step",
          [](const plan& p, std::size_t index) {
            if (index >= p.steps.size()) throw py::index_error();
            const plan_step& s = p.steps[index];
            record d;
            const auto names = [&](const std::vector<std::uint32_t>& packages) {
              std::vector<std::string> out;
              for (const std::uint32_t i : packages) out.push_back(p.packages[i].full_name());
              return out;
            };
            d["key"] = to_hex(s.key);
            d["parent"] = s.parent == no_step ? py::object(py::none()) : py::cast(s.parent);
            d["grafts"] = s.grafts;
            d["installs"] = names(s.installs);
            d["depexts"] = s.depexts;
            d["depth"] = s.depth;
            return d;
          },
          py::arg("index"), "One step, as a dict.")
      .def(py::self == py::self)
      .def("__repr__", [](const plan& p) {
        return "<Plan (" + std::string(to_string(p.strategy)) +
               "): " + std::to_string(p.targets.size()) + " targets, " +
               std::to_string(p.steps.size()) + " steps, " + std::to_string(p.batches.size()) +
               " batches>";
      });

  module.def(
      "make_plan",
      [](const std::vector<std::shared_ptr<py_result>>& results, const std::string& strategy_name,
         const std::string& limits_name, const std::string& image, const std::string& opam_version,
         const py::object& progress) {
        if (results.empty()) throw invalid_request("nothing to plan: no results were given");
        plan_options options;
        options.strategy = parse_strategy(strategy_name);
        options.limits = limit_profile(limits_name);
        options.image = image;
        options.opam_version = opam_version;
        return run_with_progress(progress, [&](const progress_callback&) {
          std::vector<solution> solutions;
          for (const auto& r : results) {
            if (r->universe != results[0]->universe) {
              throw invalid_request("the results of one plan must come from one universe");
            }
            if (r->result.solution) solutions.push_back(*r->result.solution);
          }
          return std::make_shared<plan>(
              make_plan(results[0]->universe->universe, solutions, options));
        });
      },
      py::arg("results"), py::arg("strategy") = "graft", py::arg("limits") = "buildkit",
      py::arg("image") = "debian:12", py::arg("opam_version") = "2.3.0",
      py::arg("progress") = py::none(),
      "Plan the builds of all results that have a solution, together.");
  module.def(
      "limit_profiles",
      [] {
        py::typing::Dict<py::str, py::str> d;
        for (const limits& l : limit_profiles()) d[py::str(l.name)] = l.reason;
        return d;
      },
      "The names of the limits there are, and where their numbers come from.");
}

}  // namespace opamplan::python
