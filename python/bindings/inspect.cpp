/// \file
/// The Python side of measuring emitted files.
#include <pybind11/stl.h>

#include <opamplan/base/error.hpp>
#include <opamplan/emit/llb.hpp>
#include <opamplan/emit/names.hpp>
#include <opamplan/inspect/files.hpp>
#include <opamplan/inspect/read_dockerfile.hpp>
#include <opamplan/plan/targets.hpp>
#include <set>
#include <utility>

#include "bindings.hpp"
#include "plan.hpp"
#include "value.hpp"

namespace opamplan::python {

void bind_inspect(py::module_& module) {
  py::class_<dockerfile_measure> dockerfile(module, "DockerfileMeasure",
                                            "What a Dockerfile asks of BuildKit.");
  as_value(dockerfile, &dockerfile_measure::bytes, &dockerfile_measure::longest_line,
           &dockerfile_measure::stages, &dockerfile_measure::installs, &dockerfile_measure::depth,
           &dockerfile_measure::deepest, &dockerfile_measure::definition_bytes,
           &dockerfile_measure::findings)
      .def_readonly("bytes", &dockerfile_measure::bytes)
      .def_readonly("longest_line", &dockerfile_measure::longest_line, "Bytes.")
      .def_readonly("stages", &dockerfile_measure::stages)
      .def_readonly("installs", &dockerfile_measure::installs, "RUN instructions.")
      .def_readonly("depth", &dockerfile_measure::depth,
                    "Layers of the deepest stage, above its base image.")
      .def_readonly("deepest", &dockerfile_measure::deepest, "That stage.")
      .def_readonly("definition_bytes", &dockerfile_measure::definition_bytes,
                    "Of its LLB definition: an estimate.")
      .def_readonly("findings", &dockerfile_measure::findings)
      .def("__repr__", [](const dockerfile_measure& m) {
        return "<DockerfileMeasure: " + counted(m.bytes, "byte") + ", " +
               counted(m.stages, "stage") + ", depth " + std::to_string(m.depth) + ">";
      });
  py::class_<bake_measure> bake(module, "BakeMeasure", "What a docker-bake file asks of buildx.");
  as_value(bake, &bake_measure::targets, &bake_measure::largest_group, &bake_measure::findings)
      .def_readonly("targets", &bake_measure::targets)
      .def_readonly("largest_group", &bake_measure::largest_group,
                    "Targets that asking for one group builds.")
      .def_readonly("findings", &bake_measure::findings)
      .def("__repr__", [](const bake_measure& m) {
        return "<BakeMeasure: " + counted(m.targets, "target") + ">";
      });
  module.def(
      "batch_llb",
      [](const plan& p, batch_id batch, const emit_options& options,
         const std::set<step_id>& without) {
        if (batch >= p.batches.size()) throw py::index_error("no such batch");
        const std::vector<step_id> steps(without.begin(), without.end());
        std::string bytes;
        {
          const py::gil_scoped_release release;
          bytes = batch_llb(p, batch, options, steps);
        }
        return py::bytes(bytes);
      },
      py::arg("plan"), py::arg("batch"), py::arg("options") = emit_options(),
      py::arg("without") = std::set<step_id>(),
      "A batch as BuildKit's LLB, for `buildctl build --local context=DIR`, `without` some of its "
      "steps and all that stands on them.");
  module.def(
      "batch_llbs",
      [](const plan& p, const emit_options& options) {
        std::vector<std::string> files;
        {
          const py::gil_scoped_release release;
          files = batch_llbs(p, options);
        }
        py::typing::List<py::bytes> out;
        for (const std::string& bytes : files) out.append(py::bytes(bytes));
        return out;
      },
      py::arg("plan"), py::arg("options") = emit_options(),
      "The LLB of every batch, which takes less than one after the other.");
  module.def(
      "image_llb",
      [](const plan& p, const one_name& target, const emit_options& options) {
        const step_id step = p.targets[find_target(p, target)].step;
        std::string bytes;
        {
          const py::gil_scoped_release release;
          bytes = image_llb(p, step, options);
        }
        return py::bytes(bytes);
      },
      py::arg("plan"), py::arg("target"), py::arg("options") = emit_options(),
      "The image of one target, NAME.VERSION or NAME, as BuildKit's LLB. Its result is a file "
      "system; the variables of images (`EmitOptions.environment`) are for who exports it to say.");
  module.def("stage_names", &stage_names, py::arg("plan"),
             "By step: the name of its stage in emitted Dockerfiles.");
  module.def(
      "inspect_dockerfile",
      [](const std::string& text, const std::string& where, const limits_or_name& given) {
        return inspect_dockerfile(text, where, limits_from(given));
      },
      py::arg("text"), py::arg("where"), py::arg("limits"),
      py::call_guard<py::gil_scoped_release>(),
      "Measure the text of a Dockerfile against limits; `where` names it in findings.");
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
  module.def(
      "inspect_bake",
      [](const std::string& text, const std::string& where, const limits_or_name& given) {
        return inspect_bake(text, where, limits_from(given));
      },
      py::arg("text"), py::arg("where"), py::arg("limits"),
      py::call_guard<py::gil_scoped_release>(),
      "Measure the text of a docker-bake file, HCL or JSON, against limits.");
}

}  // namespace opamplan::python
