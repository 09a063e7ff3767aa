/// \file
/// The Python side of judging: plans, and the files that plans are written as.
#include <pybind11/stl.h>

#include <opamplan/base/error.hpp>
#include <opamplan/inspect/doctor.hpp>
#include <opamplan/inspect/files.hpp>
#include <opamplan/inspect/read_dockerfile.hpp>
#include <optional>
#include <utility>

#include "bindings.hpp"
#include "plan.hpp"
#include "value.hpp"

namespace opamplan::python {

namespace {

void bind_doctor(py::module_& module) {
  py::class_<plan_finding> finding(module, "PlanFinding", "One thing that is wrong with a plan.");
  as_value(finding, &plan_finding::limit, &plan_finding::where, &plan_finding::value,
           &plan_finding::allowed, &plan_finding::text, &plan_finding::remedy)
      .def_readonly("limit", &plan_finding::limit, R"(The limit's name; "contents" if unsound.)")
      .def_readonly("where", &plan_finding::where, "The step, target or batch.")
      .def_readonly("value", &plan_finding::value, "What was found.")
      .def_readonly("allowed", &plan_finding::allowed, "What the limit allows.")
      .def_readonly("text", &plan_finding::text, "The whole as a sentence.")
      .def_readonly("remedy", &plan_finding::remedy, "What to do.")
      .def("__str__", [](const plan_finding& f) { return f.text; })
      .def("__repr__", [](const plan_finding& f) { return "<PlanFinding: " + f.text + ">"; });
  module.def(
      "diagnose",
      [](const plan& p, const std::optional<limits_or_name>& given) {
        const py::gil_scoped_release release;
        return diagnose(p, given ? limits_from(*given) : p.limits);
      },
      py::arg("plan"), py::arg("limits") = py::none(),
      "Everything wrong with a plan, measured by `limits`, which may be a profile's name (default: "
      "its own); empty if nothing is.");
}

void bind_measures(py::module_& module) {
  py::class_<dockerfile_measure> dockerfile(module, "DockerfileMeasure",
                                            "What a Dockerfile asks of BuildKit.");
  as_value(dockerfile, &dockerfile_measure::bytes, &dockerfile_measure::longest_line,
           &dockerfile_measure::stages, &dockerfile_measure::installs, &dockerfile_measure::depth,
           &dockerfile_measure::deepest, &dockerfile_measure::definition_bytes,
           &dockerfile_measure::findings)
      .def_readonly("bytes", &dockerfile_measure::bytes, "Of the whole file.")
      .def_readonly("longest_line", &dockerfile_measure::longest_line, "Bytes.")
      .def_readonly("stages", &dockerfile_measure::stages, "FROM instructions.")
      .def_readonly("installs", &dockerfile_measure::installs, "RUN instructions.")
      .def_readonly("depth", &dockerfile_measure::depth,
                    "Layers of the deepest stage, above its base image.")
      .def_readonly("deepest", &dockerfile_measure::deepest, "That stage.")
      .def_readonly("definition_bytes", &dockerfile_measure::definition_bytes,
                    "Of its LLB definition: an estimate.")
      .def_readonly("findings", &dockerfile_measure::findings, "What is wrong with it.")
      .def("__repr__", [](const dockerfile_measure& m) {
        return "<DockerfileMeasure: " + counted(m.bytes, "byte") + ", " +
               counted(m.stages, "stage") + ", depth " + std::to_string(m.depth) + ">";
      });
  py::class_<bake_measure> bake(module, "BakeMeasure", "What a docker-bake file asks of buildx.");
  as_value(bake, &bake_measure::targets, &bake_measure::largest_group, &bake_measure::findings)
      .def_readonly("targets", &bake_measure::targets, "How many there are, groups apart.")
      .def_readonly("largest_group", &bake_measure::largest_group,
                    "Targets that asking for one group builds.")
      .def_readonly("findings", &bake_measure::findings, "What is wrong with it.")
      .def("__repr__", [](const bake_measure& m) {
        return "<BakeMeasure: " + counted(m.targets, "target") + ">";
      });
  module.def(
      "inspect_dockerfile",
      [](const std::string& text, const std::string& where, const limits_or_name& given) {
        return inspect_dockerfile(text, where, limits_from(given));
      },
      py::arg("text"), py::arg("where"), py::arg("limits"),
      py::call_guard<py::gil_scoped_release>(),
      "Measure the text of a Dockerfile against limits; `where` names it in findings.");
  module.def(
      "inspect_bake",
      [](const std::string& text, const std::string& where, const limits_or_name& given) {
        return inspect_bake(text, where, limits_from(given));
      },
      py::arg("text"), py::arg("where"), py::arg("limits"),
      py::call_guard<py::gil_scoped_release>(),
      "Measure the text of a docker-bake file, HCL or JSON, against limits.");
}

}  // namespace

void bind_inspect(py::module_& module) {
  bind_doctor(module);
  bind_measures(module);
  module.def(
      "read_dockerfile",
      [](const std::string& text) {
        const dockerfile_text file = read_dockerfile(text);
        for (const dockerfile_problem& p : file.problems) {
          throw invalid_request("line " + std::to_string(p.line) + ": " + p.text);
        }
        record_list out;
        for (const dockerfile_instruction& i : file.instructions) {
          std::vector<std::pair<std::string, std::string>> heredocs;
          for (const dockerfile_heredoc& h : i.heredocs) heredocs.emplace_back(h.name, h.content);
          record r;
          r["name"] = i.name;
          r["flags"] = i.flags;
          r["arguments"] = i.arguments;
          r["heredocs"] = heredocs;
          r["line"] = i.line;
          out.append(r);
        }
        return out;
      },
      py::arg("text"),
      "The instructions of a Dockerfile, cut as BuildKit cuts them: name, flags, arguments, "
      "here-documents (name, content) and line of each. Raises InvalidRequest where it refuses.");
}

}  // namespace opamplan::python
