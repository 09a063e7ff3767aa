/// \file
/// What Python holds of one package version of a repository; shared by the room's files.
#pragma once

#include <opamplan/package/opam_file.hpp>
#include <opamplan/repository/repository.hpp>
#include <string>
#include <utility>
#include <vector>

#include "bindings.hpp"

namespace opamplan::python {

/// A package version; keeps its repository alive.
struct py_package {
  repository in;
  package_id id = package_id::none;

  [[nodiscard]] opam_file opam() const { return in.opam(id); }
};

/// All versions of one name.
struct py_versions {
  repository in;
  name_id name = name_id::none;
};

/// The package of "NAME.VERSION"; throws `invalid_request` if there is none.
[[nodiscard]] py_package find_package(const repository& repo, const std::string& full_name);

/// The field as one line of opam's language; empty if it is absent.
[[nodiscard]] std::string field_text(const syntax::file& file, std::string_view field);

/// Package, PackageVersions, Diagnostic, SourceInfo.
void bind_repository_packages(py::module_& module);

/// All files of a repository as JSON.
void bind_repository_json(py::module_& module);

}  // namespace opamplan::python
