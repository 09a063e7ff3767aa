/// \file
/// The Python side of the repository room.
#include <pybind11/stl.h>

#include <opamplan/repository/load.hpp>
#include <opamplan/repository/queries.hpp>
#include <opamplan/repository/repository.hpp>

#include "bindings.hpp"
#include "progress.hpp"

namespace opamplan::python {

void bind_repository(py::module_& module) {
  py::class_<repository>(module, "Repository",
                         "Every package version of one or several opam repositories. Immutable.")
      .def_static(
          "open",
          [](const std::vector<std::string>& paths, const std::string& rev,
             const std::string& cache, const py::object& progress) {
            std::vector<source> sources;
            for (const std::string& path : paths) sources.push_back(source_at(path, rev));
            return run_with_progress(progress, [&](const progress_callback& report) {
              load_options options;
              options.progress = report;
              options.cache_directory = cache;
              return load_repository(sources, options);
            });
          },
          py::arg("paths"), py::arg("rev") = "", py::arg("cache") = "",
          py::arg("progress") = py::none(),
          "Load folders, archives or git repositories; the first that has a version wins.")
      .def("__len__", &repository::size)
      .def_property_readonly("names",
                             [](const repository& r) {
                               return std::vector<std::string>(r.names().begin(), r.names().end());
                             })
      .def("versions",
           [](const repository& r, const std::string& name) {
             std::vector<std::string> out;
             const name_id id = r.find_name(name);
             if (id == no_name) throw invalid_request("no package is named \"" + name + "\"");
             for (const package_id p : r.versions(id)) out.emplace_back(r.version_string(p));
             return out;
           },
           py::arg("name"), "Ascending in opam's order.")
      .def("text",
           [](const repository& r, const std::string& full_name) {
             const package_id id = r.find(full_name);
             if (id == no_package) throw invalid_request("no package \"" + full_name + "\"");
             return std::string(r.text(id));
           },
           py::arg("package"), "The opam file.")
      .def_property_readonly("diagnostics",
                             [](const repository& r) {
                               std::vector<std::string> out;
                               for (const auto& d : r.diagnostics()) out.push_back(to_string(d));
                               return out;
                             })
      .def("__repr__", [](const repository& r) {
        return "<Repository of " + std::to_string(r.size()) + " versions of " +
               std::to_string(r.name_count()) + " packages>";
      });
}

}  // namespace opamplan::python
