/// \file
/// The Python side of one package version, of all versions of a name, and of diagnostics.
#include <pybind11/stl.h>

#include <opamplan/package/environment.hpp>
#include <opamplan/package/version.hpp>
#include <opamplan/repository/diagnostic.hpp>
#include <opamplan/repository/names.hpp>
#include <opamplan/repository/queries.hpp>
#include <opamplan/syntax/ast.hpp>
#include <opamplan/syntax/printer.hpp>

#include "repository.hpp"
#include "value.hpp"

namespace opamplan::python {

std::string field_text(const syntax::file& file, std::string_view field) {
  const auto value = file.find(field);
  return value ? syntax::print(*value) : std::string();
}

namespace {

/// An `extra_file` that outlives its repository.
struct py_extra_file {
  std::string path;
  std::string content;
  bool executable = false;
};

/// As Python has file names.
py::str to_text(const std::string& bytes) {
  return py::reinterpret_steal<py::str>(PyUnicode_DecodeUTF8(
      bytes.data(), static_cast<py::ssize_t>(bytes.size()), "surrogateescape"));
}

/// A read-only property that is a member of the typed file.
template <class Member>
void member(py::class_<py_package>& type, const char* name, Member opam_file::*field,
            const char* doc) {
  type.def_property_readonly(
      name, [field](const py_package& p) { return p.opam().*field; }, doc);
}

/// A read-only property that is the text of a field.
void text_member(py::class_<py_package>& type, const char* name, const char* doc) {
  type.def_property_readonly(
      name,
      [field = std::string(name)](const py_package& p) {
        return field_text(p.in.file(p.id), field);
      },
      doc);
}

void bind_package_class(py::module_& module) {
  py::class_<py_package> type(module, "Package",
                              R"(One package version of a repository.

Fields of the opam file are read when they are asked for. Equal if the same version of the same
repository.)");
  type.def_property_readonly(
          "name", [](const py_package& p) { return p.in.name_string(p.id); },
          "Without its version.")
      .def_property_readonly(
          "version",
          [](const py_package& p) { return version(std::string(p.in.version_string(p.id))); },
          "In opam's order.")
      .def_property_readonly(
          "text", [](const py_package& p) { return std::string(p.in.text(p.id)); },
          "The opam file.")
      .def_property_readonly(
          "path", [](const py_package& p) { return p.in.file(p.id).path(); },
          "Where the opam file is inside its source.")
      .def_property_readonly(
          "source",
          [](const py_package& p) { return p.in.sources()[p.in.origin(p.id).source].label; },
          "The source it came from, as it was named.")
      .def_property_readonly(
          "files",
          [](const py_package& p) {
            std::vector<py_extra_file> out;
            for (const extra_file& f : p.in.extra_files(p.id)) {
              out.push_back({std::string(f.path), std::string(f.content), f.executable});
            }
            return out;
          },
          "What the version's folder `files/` holds, by path; opam copies it into the sources.")
      .def_property_readonly(
          "is_pinned", [](const py_package& p) { return p.in.is_pinned(p.id); },
          "Whether it hides all other versions.")
      .def_property_readonly(
          "source_folder",
          [](const py_package& p) -> std::optional<std::pair<std::string, std::string>> {
            const auto tree = p.in.source_folder(p.id);
            if (!tree) return std::nullopt;
            return std::pair(tree->path, tree->commit);
          },
          "Of a pin: the folder of its sources, and the commit of the git repository there, or an "
          "empty string for the folder as it is; else None.");
  type.def(
      "check", [](const py_package& p) { return check_package(p.in, p.id); },
      "What reading every field of its file says: its part of `Repository.check`.");
  member(type, "synopsis", &opam_file::synopsis, "One line.");
  member(type, "description", &opam_file::description, "Some paragraphs.");
  member(type, "tags", &opam_file::tags, "Words to find it by.");
  member(type, "licenses", &opam_file::licenses, "SPDX expressions.");
  member(type, "maintainers", &opam_file::maintainers, "Who keeps it.");
  member(type, "authors", &opam_file::authors, "Who wrote it.");
  member(type, "homepages", &opam_file::homepages, "URLs.");
  member(type, "bug_reports", &opam_file::bug_reports, "URLs.");
  member(type, "dev_repo", &opam_file::dev_repo, "URL of the source repository, or empty.");
  member(type, "conflict_classes", &opam_file::conflict_classes,
         "At most one package of a class is installed.");
  type.def_property_readonly(
      "flags", [](const py_package& p) { return p.opam().flags.all; },
      "As written, sorted: avoid-version, compiler, conf...");
  type.def_property_readonly(
      "effective_part", [](const py_package& p) { return effective_part(p.in.file(p.id)); },
      "The fields that can change a build, as canonical text: equal texts build alike.");
  type.def_property_readonly(
      "url",
      [](const py_package& p) {
        const opam_file file = p.opam();
        return file.url ? file.url->url : std::string();
      },
      "Of the source archive; empty if it has none.");
  type.def_property_readonly(
      "checksums",
      [](const py_package& p) {
        const opam_file file = p.opam();
        return file.url ? file.url->checksums : std::vector<std::string>();
      },
      "Of the source archive.");
  for (const char* field : {"depends", "depopts", "conflicts", "available"}) {
    text_member(type, field,
                "In opam's language, on one line, also where `check` says that it cannot be read; "
                "empty if absent.");
  }
  type.def(
          "field",
          [](const py_package& p, const std::string& name) {
            return field_text(p.in.file(p.id), name);
          },
          py::arg("name"), "Any field, in opam's language, on one line; empty if absent.")
      .def(
          "is_available",
          [](const py_package& p, const environment& env) {
            return is_available(read_available(p.in.file(p.id)), env, p.in.name_string(p.id),
                                p.in.version_string(p.id));
          },
          py::arg("environment"), "True if `available` holds; undefined does not hold.")
      .def(
          "depexts",
          [](const py_package& p, const environment& env) {
            return depexts_for(read_depexts(p.in.file(p.id)), env);
          },
          py::arg("environment"), "System packages needed there, sorted.")
      .def("__str__", [](const py_package& p) { return p.in.full_name(p.id); })
      .def("__repr__",
           [](const py_package& p) { return "<Package " + p.in.full_name(p.id) + ">"; });
  compare_by(
      type, [](const py_package& p) { return std::pair(p.in, p.id); },
      [](const py_package& p) { return p.in.full_name(p.id); });
  refuse_pickling(as_immutable(type), "it is a part of its repository; pickle its name, or `text`");
}

void bind_extra_file(py::module_& module) {
  py::class_<py_extra_file> file(module, "ExtraFile", "A file of a package's folder `files/`.");
  compare_by(file,
             [](const py_extra_file& f) { return std::tie(f.path, f.content, f.executable); });
  using state = std::tuple<py::bytes, py::bytes, bool>;
  file.def(py::pickle([](const py_extra_file& f) { return state(f.path, f.content, f.executable); },
                      [](const state& s) {
                        return py_extra_file{std::get<0>(s), std::get<1>(s), std::get<2>(s)};
                      }))
      .def_property_readonly(
          "path", [](const py_extra_file& f) { return to_text(f.path); },
          "Below `files/`; bytes that are not UTF-8 are surrogates, as in `os.fsdecode`.")
      .def_property_readonly(
          "content", [](const py_extra_file& f) { return py::bytes(f.content); },
          "The whole of it.")
      .def_readonly("executable", &py_extra_file::executable, "Whether its owner may run it.")
      .def("__repr__", [](const py_extra_file& f) {
        return py::str("<ExtraFile {!r}, {} bytes>").format(to_text(f.path), f.content.size());
      });
}

void bind_versions_class(py::module_& module) {
  py::class_<py_versions> type(module, "PackageVersions",
                               R"(The versions of one package name, ascending in opam's order.

Equal if of the same name of the same repository.)");
  compare_by(
      type, [](const py_versions& v) { return std::pair(v.in, v.name); },
      [](const py_versions& v) { return v.in.names()[v.name]; })
      .def_property_readonly(
          "name", [](const py_versions& v) { return v.in.names()[v.name]; },
          "What all of them are called.")
      .def_property_readonly(
          "newest",
          [](const py_versions& v) {
            const package_range range = v.in.versions(v.name);
            return py_package{v.in, range[range.size() - 1]};
          },
          "The greatest version, whether it is available or not.")
      .def("__len__", [](const py_versions& v) { return v.in.versions(v.name).size(); })
      .def("__iter__",
           [](const py_versions& v) -> iterator_of<py_package> {
             py::list all;
             for (const package_id id : v.in.versions(v.name)) {
               all.append(py::cast(py_package{v.in, id}));
             }
             return py::iter(all);
           })
      .def("__contains__",
           [](const py_versions& v, const std::string& text) {
             return v.in.find(v.in.names()[v.name], text) != package_id::none;
           })
      .def(
          "__getitem__",
          [](const py_versions& v, const std::string& text) {
            const std::string& name = v.in.names()[v.name];
            return py_package{v.in, require_version(v.in, name, text)};
          },
          py::arg("version"))
      .def(
          "__getitem__",
          [](const py_versions& v, std::ptrdiff_t i) {
            const package_range range = v.in.versions(v.name);
            if (i < 0) i += static_cast<std::ptrdiff_t>(range.size());
            if (i < 0 || i >= static_cast<std::ptrdiff_t>(range.size())) throw py::index_error();
            return py_package{v.in, range[static_cast<std::size_t>(i)]};
          },
          py::arg("index"))
      .def("__repr__", [](const py_versions& v) {
        std::string out = "<PackageVersions " + v.in.names()[v.name] + ":";
        for (const package_id id : v.in.versions(v.name)) {
          out += ' ';
          out += v.in.version_string(id);
        }
        return out + ">";
      });
  refuse_pickling(as_immutable(type), "it is a part of its repository; pickle its name");
}

void bind_diagnostics(py::module_& module) {
  py::class_<repository_diagnostic> diagnostic(
      module, "Diagnostic", "What was wrong with one file or folder of a repository.");
  as_value(diagnostic, &repository_diagnostic::level, &repository_diagnostic::source,
           &repository_diagnostic::path, &repository_diagnostic::line,
           &repository_diagnostic::column, &repository_diagnostic::message,
           &repository_diagnostic::left_out_field)
      .def_property_readonly(
          "level",
          [](const repository_diagnostic& d) {
            return d.level == severity::error ? "error" : "warning";
          },
          "\"error\": it was left out. \"warning\": it was taken.")
      .def_readonly("source", &repository_diagnostic::source, "Index into Repository.sources.")
      .def_readonly("path", &repository_diagnostic::path, "Inside the source.")
      .def_readonly("line", &repository_diagnostic::line, "1-based; 0: the whole file or folder.")
      .def_readonly("column", &repository_diagnostic::column, "1-based, in bytes.")
      .def_readonly("message", &repository_diagnostic::message, "What is odd, without the place.")
      .def_readonly(
          "left_out_field", &repository_diagnostic::left_out_field,
          R"(Of a file that was read: the field that could not be, so that the file is taken
without it, as by opam; ``url.src`` in a section. Else "".)")
      .def("__str__", [](const repository_diagnostic& d) { return to_string(d); })
      .def("__repr__", [](const repository_diagnostic& d) { return "<" + to_string(d) + ">"; });
  py::class_<source_info> source(module, "SourceInfo", "One source of a repository.");
  as_value(source, &source_info::label, &source_info::revision, &source_info::from_cache,
           &source_info::pins, &source_info::opam_version, &source_info::archive_mirrors)
      .def_readonly("label", &source_info::label, "As it was named.")
      .def_readonly("revision", &source_info::revision, "Of git: the full commit id.")
      .def_readonly("from_cache", &source_info::from_cache,
                    "Whether opamplan's own cache was read, not the source.")
      .def_readonly("pins", &source_info::pins, "Whether it is of what was pinned.")
      .def_readonly("opam_version", &source_info::opam_version,
                    "Of the format, as the source's file `repo` says.")
      .def_readonly("archive_mirrors", &source_info::archive_mirrors,
                    "The same: where copies of archives are; may be relative to the source.")
      .def("__repr__", [](const source_info& s) {
        return "<SourceInfo " + s.label + (s.revision.empty() ? "" : " at " + s.revision) + ">";
      });
}

}  // namespace

void bind_repository_packages(py::module_& module) {
  bind_diagnostics(module);
  bind_extra_file(module);
  bind_package_class(module);
  bind_versions_class(module);
}

}  // namespace opamplan::python
