/// \file
/// The Python side of the emit room.
#include <pybind11/stl.h>

#include <iterator>
#include <opamplan/emit/archives.hpp>
#include <opamplan/emit/bake.hpp>
#include <opamplan/emit/builder_words.hpp>
#include <opamplan/emit/dockerfile.hpp>
#include <opamplan/emit/folder.hpp>
#include <opamplan/emit/llb.hpp>
#include <opamplan/emit/names.hpp>
#include <opamplan/emit/recipe.hpp>
#include <opamplan/plan/targets.hpp>
#include <set>
#include <string_view>

#include "bindings.hpp"
#include "plan.hpp"

namespace opamplan::python {
namespace {

/// As (path, bytes, executable).
py::typing::List<py::typing::Tuple<py::str, py::bytes, py::bool_>> as_tuples(
    const std::vector<emitted_file>& files) {
  py::typing::List<py::typing::Tuple<py::str, py::bytes, py::bool_>> out;
  for (const emitted_file& f : files) {
    out.append(py::make_tuple(f.path, py::bytes(f.content), f.executable));
  }
  return out;
}

/// A plan as a folder of files, and what is said beside them.
void bind_folder(py::module_& module) {
  module.def(
      "emit_formats",
      [] {
        std::vector<std::string_view> names;
        for (const emit_format format : all_emit_formats) names.push_back(to_string(format));
        return names;
      },
      "The names of all formats.");
  module.def(
      "default_format", [](const plan& p) { return to_string(default_format(p)); }, py::arg("plan"),
      "What a plan is built from when nobody says more.");
  module.def("has_dockerfile", &has_dockerfile, py::arg("plan"),
             "Whether a Dockerfile can say the plan; only BuildKit's own language can say merges.");
  module.def(
      "bake_file_names",
      [] {
        return std::vector<std::string_view>(std::begin(bake_file_names),
                                             std::end(bake_file_names));
      },
      "Of the batches, which buildx reads unasked, and of single images: in HCL, then in JSON.");
  module.def(
      "emitted_files",
      [](const plan& p, const std::vector<std::string>& formats, const emit_options& options) {
        std::set<emit_format> wanted;
        for (const std::string& name : formats) wanted.insert(parse_emit_format(name));
        std::vector<emitted_file> files;
        {
          const py::gil_scoped_release release;
          files = emitted_files(p, wanted, options);
        }
        return as_tuples(files);
      },
      py::arg("plan"), py::arg("formats"), py::arg("options") = emit_options(),
      "The files of some formats and of what they need: (path, bytes, executable) of each.");
  module.def("allow_words", &allow_words, py::arg("options"),
             "What buildctl and buildx must be told to allow, as words of a shell.");
  module.def("buildx_words", &buildx_words, py::arg("options"),
             "The same and the build arguments, for ``docker buildx build``.");
}

void bind_dockerfiles(py::module_& module) {
  module.def(
      "dockerfile",
      [](const plan& p, const one_name& target, const emit_options& options) {
        return target_dockerfile(p, find_target(p, target), options);
      },
      py::arg("plan"), py::arg("target"), py::arg("options") = emit_options(),
      "The Dockerfile of one target, NAME.VERSION or NAME.");
  module.def(
      "batch_dockerfile",
      [](const plan& p, batch_id batch, const emit_options& options,
         const std::set<step_id>& without) {
        if (batch >= p.batches.size()) throw py::index_error("no such batch");
        const std::vector<step_id> steps(without.begin(), without.end());
        py::gil_scoped_release release;
        return batch_dockerfile(p, batch, options, steps);
      },
      py::arg("plan"), py::arg("batch"), py::arg("options") = emit_options(),
      py::arg("without") = std::set<step_id>(),
      "The Dockerfile of one batch, `without` some of its steps and all that stands on them.");
  module.def("batch_dockerfiles", &batch_dockerfiles, py::arg("plan"),
             py::arg("options") = emit_options(), py::call_guard<py::gil_scoped_release>(),
             "The Dockerfile of every batch, which takes less than one after the other.");
  // The class is bind_plan's; what it emits is said here, in the room that knows it.
  class_of<plan, std::shared_ptr<plan>>().def(
      "dockerfile",
      [](const plan& p, const one_name& target, const emit_options& options) {
        return target_dockerfile(p, find_target(p, target), options);
      },
      py::arg("target"), py::arg("options") = emit_options(),
      "The Dockerfile of one target, NAME.VERSION or NAME.");
}

void bind_llb(py::module_& module) {
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
}

void bind_bake(py::module_& module) {
  const auto bake = [&](const char* name, auto write, const char* doc) {
    module.def(
        name,
        [write](const plan& p, const emit_options& options, bool images) {
          return write(p, options, images ? bake_targets::images : bake_targets::batches);
        },
        py::arg("plan"), py::arg("options") = emit_options(), py::kw_only(),
        py::arg("images") = false, doc);
  };
  bake("bake_hcl", &bake_hcl, "A docker-bake file in HCL: of the batches, or of single images.");
  bake("bake_json", &bake_json, "A docker-bake file in JSON: of the batches, or of single images.");
}

}  // namespace

void bind_emit(py::module_& module) {
  bind_emit_options(module);
  module.def("stage_names", &stage_names, py::arg("plan"),
             "By step: the name of its stage in emitted Dockerfiles.");
  module.def(
      "archive_paths",
      [](const plan& p) {
        std::set<std::string> paths;
        for (const plan_package& package : p.packages) {
          for (std::string& path : archive_paths(package)) paths.insert(std::move(path));
        }
        return std::vector<std::string>(paths.begin(), paths.end());
      },
      py::arg("plan"), py::call_guard<py::gil_scoped_release>(),
      "Where a folder laid out by ``opam admin cache`` has the sources of the plan's packages: a "
      "path for each checksum, ascending.");
  module.def(
      "context_files",
      [](const plan& p, const emit_options& options) {
        return as_tuples(context_files(p, options));
      },
      py::arg("plan"), py::arg("options") = emit_options(),
      "The build context: (path, bytes, executable) of each file.");
  bind_dockerfiles(module);
  bind_llb(module);
  bind_bake(module);
  bind_folder(module);
}

}  // namespace opamplan::python
