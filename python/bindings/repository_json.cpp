/// \file
/// The Python side of a repository as JSON, a line a file.
#include <algorithm>
#include <opamplan/repository/diagnostic.hpp>
#include <opamplan/syntax/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "repository.hpp"

namespace opamplan::python {
namespace {

/// What follows the first folder `packages`.
std::string_view below_packages(std::string_view path) {
  if (path.substr(0, 9) == "packages/") return path.substr(9);
  const std::size_t at = path.find("/packages/");
  return at == path.npos ? path : path.substr(at + 10);
}

std::pair<py::bytes, std::size_t> repository_json(const py::object& of) {
  const repository& repo = of.cast<const repository&>();
  std::string out;
  std::size_t broken = 0;
  {
    const py::gil_scoped_release release;
    std::vector<package_origin> origins;
    for (const package_id id : repo.packages()) origins.push_back(repo.origin(id));
    struct line {
      std::string_view label;
      package_id id;
      const repository_diagnostic* problem;
    };
    std::vector<line> all;
    std::size_t index = 0;
    for (const package_id id : repo.packages()) {
      all.push_back({below_packages(origins[index++].path), id, nullptr});
    }
    for (const repository_diagnostic& d : repo.diagnostics()) {
      if (d.level != severity::error) continue;
      all.push_back({below_packages(d.path), package_id::none, &d});
      ++broken;
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const line& a, const line& b) { return a.label < b.label; });
    for (const line& l : all) {
      if (l.problem == nullptr) {
        append_json(repo.file(l.id), l.label, out);
      } else {
        syntax::parse_diagnostic d;
        d.where = {l.problem->line, l.problem->column};
        d.message = l.problem->message;
        append_json(d, l.label, out);
      }
      out += '\n';
    }
  }
  return {py::bytes(out), broken};
}

}  // namespace

void bind_repository_json(py::module_& module) {
  module.def("_repository_json", &repository_json, py::arg("repository"),
             "A line of JSON for every opam file of a Repository, by label; how many are errors.");
}

}  // namespace opamplan::python
