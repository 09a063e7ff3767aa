/// \file
/// The Python side of the repository room.
#include "repository.hpp"

#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <algorithm>
#include <opamplan/package/environment.hpp>
#include <opamplan/repository/load.hpp>
#include <opamplan/repository/names.hpp>
#include <opamplan/repository/queries.hpp>
#include <opamplan/repository/reachable.hpp>
#include <opamplan/repository/same_names.hpp>
#include <optional>
#include <tuple>
#include <utility>
#include <variant>

#include "arrow.hpp"
#include "progress.hpp"
#include "value.hpp"

namespace opamplan::python {

py_package find_package(const repository& repo, const std::string& full_name) {
  const package_request asked = find_request(repo, full_name);
  if (asked.package == package_id::none) {
    throw invalid_request("\"" + full_name + "\" names no version: say NAME.VERSION");
  }
  return {repo, asked.package};
}

namespace {

struct load_error_name {
  static constexpr const char* value = "LoadError";
};

struct unknown_package_name {
  static constexpr const char* value = "UnknownPackage";
};

/// A path that is at hand, and its revision.
using place = std::pair<std::string, std::string>;
/// Path, name, version and revision; empty strings stand for the defaults.
using pin_place = std::tuple<std::string, std::string, std::string, std::string>;

repository load(const std::vector<place>& places, const std::vector<pin_place>& pins,
                const std::string& cache, const std::optional<repository>& previous,
                unsigned threads, const progress_argument& progress) {
  std::vector<source> sources;
  for (const auto& [path, revision] : places) sources.push_back(source_at(path, revision));
  pin_source pinned;
  for (const auto& [path, name, version, revision] : pins) {
    pinned.pins.push_back({path, name, version, revision});
  }
  if (!pinned.pins.empty()) sources.emplace_back(std::move(pinned));
  load_options options;
  options.threads = threads;
  options.cache_directory = cache;
  options.previous = previous;
  return run_with_progress(progress, [&](const progress_callback& report) {
    options.progress = report;
    return load_repository(sources, options);
  });
}

std::string repr(const repository& r) {
  return "<Repository of " + counted(r.size(), "version") + " of " +
         counted(r.name_count(), "package") + ">";
}

const arrow_schema& column_types() {
  using enum arrow_type;
  static const arrow_schema types = {
      {"name", text},       {"version", text},           {"synopsis", text}, {"tags", texts},
      {"licenses", texts},  {"maintainers", texts},      {"authors", texts}, {"homepages", texts},
      {"flags", texts},     {"depends", text},           {"depopts", text},  {"conflicts", text},
      {"available", text},  {"conflict_classes", texts}, {"depexts", text},  {"url", text},
      {"checksums", texts}, {"dev_repo", text},          {"path", text},     {"source", text},
      {"pinned", flag}};
  return types;
}

/// One list a column, in the order of ids.
column_dict to_columns(const repository& r) {
  const arrow_schema& types = column_types();
  std::vector<py::list> columns;
  for (std::size_t i = 0; i < types.size(); ++i) columns.emplace_back(r.size());
  for (const package_id id : r.packages()) {
    const syntax::file& tree = r.file(id);
    const opam_file file = opam_file::read(tree);
    std::size_t c = 0;
    const auto put = [&](auto&& value) {
      columns[c++][id] = py::cast(std::forward<decltype(value)>(value));
    };
    put(r.name_string(id));
    put(std::string(r.version_string(id)));
    put(file.synopsis);
    put(file.tags);
    put(file.licenses);
    put(file.maintainers);
    put(file.authors);
    put(file.homepages);
    put(file.flags.all);
    put(field_text(tree, "depends"));
    put(field_text(tree, "depopts"));
    put(field_text(tree, "conflicts"));
    put(field_text(tree, "available"));
    put(file.conflict_classes);
    put(field_text(tree, "depexts"));
    put(file.url ? file.url->url : std::string());
    put(file.url ? file.url->checksums : std::vector<std::string>());
    put(file.dev_repo);
    put(tree.path());
    put(r.sources()[r.origin(id).source].label);
    put(r.is_pinned(id));
  }
  column_dict out;
  for (std::size_t i = 0; i < columns.size(); ++i) out[types[i].first.c_str()] = columns[i];
  return out;
}

record_list to_records(const repository& r) {
  const auto columns = to_columns(r);
  record_list out(r.size());
  for (std::size_t i = 0; i < r.size(); ++i) {
    record row;
    for (const auto& [name, values] : columns) {
      row[name] = py::reinterpret_borrow<py::list>(values)[i];
    }
    out[i] = std::move(row);
  }
  return out;
}

std::vector<py_package> packages_of(const repository& r, const std::vector<package_id>& ids) {
  std::vector<py_package> out;
  for (const package_id id : ids) {
    if (id != package_id::none) out.push_back({r, id});
  }
  return out;
}

void bind_queries(py::class_<repository>& type) {
  type.def(
          "latest",
          [](const repository& r, const environment& env) {
            const py::gil_scoped_release release;
            return packages_of(r, latest_available(r, env));
          },
          py::arg("environment"),
          "The latest available version of every name that has one, ascending by name.")
      .def(
          "search",
          [](const repository& r, const std::string& text, std::size_t limit) {
            std::vector<package_id> ids;
            for (const search_hit& hit : search(r, text, limit)) ids.push_back(hit.package);
            return packages_of(r, ids);
          },
          py::arg("text"), py::arg("limit") = 0,
          "Newest versions with every word of `text` in name, tags or synopsis; best first.")
      .def(
          "check",
          [](const repository& r, unsigned threads, const progress_argument& progress) {
            std::vector<repository_diagnostic> all(r.diagnostics().begin(), r.diagnostics().end());
            const auto more = run_with_progress(progress, [&](const progress_callback& report) {
              return check_files(r, threads, report);
            });
            all.insert(all.end(), more.begin(), more.end());
            return all;
          },
          py::arg("threads") = 0, py::arg("progress") = py::none(),
          "The diagnostics of loading, and what reading every field of every file adds.")
      .def("to_columns", &to_columns,
           R"(Every version as columns, lists of equal length: for `pandas.DataFrame(...)`,
`polars.DataFrame(...)`, `pyarrow.table(...)`. Formulas are text in opam's language.)")
      .def("to_records", &to_records, "The same as one dict a version.");
  as_arrow(type, &to_columns, column_types());
}

}  // namespace

void bind_repository(py::module_& module) {
  register_error<load_error, load_error_name>([](py::object& instance, const load_error& error) {
    instance.attr("source") = error.source();
  });
  register_error<unknown_package, unknown_package_name>(
      [](py::object& instance, const unknown_package& error) {
        instance.attr("asked") = error.asked();
        instance.attr("suggestions") = error.suggestions();
      });
  bind_repository_packages(module);
  py::class_<repository> type(module, "Repository",
                              R"(Every package version of one or several opam repositories.

A collection of `Package`, by name, then version in opam's order. `repo["dune"]` are the versions of a
name, `repo["dune"]["3.24.2"]` is one. Immutable. Equal to itself alone, whoever holds it: the same
files loaded twice are two repositories.)");
  compare_by(
      type, [](const repository& r) { return r; },
      [](const repository& r) { return r.content_digest(); });
  refuse_pickling(as_immutable(type), "open it again, which its cache makes quick");
  type.def(py::init<>(), "An empty repository; see `open` and `from_files`.")
      .def_static(
          "from_files",
          [](const std::map<std::string, std::variant<std::string, py::bytes>>& files) {
            memory_source from;
            for (const auto& [path, content] : files) {
              const auto* text = std::get_if<std::string>(&content);  // of bytes, too
              from.files.push_back({path, text != nullptr ? *text : std::string()});
            }
            return load_repository(from);
          },
          py::arg("files"),
          "From texts by path or by \"NAME.VERSION\"; what lies in `files/` may be bytes.")
      .def("__len__", by_reference(&repository::size), "The number of package versions.")
      .def(
          "__contains__",
          [](const repository& r, const std::string& name) {
            return r.find_name(name) != name_id::none || r.find(name) != package_id::none;
          },
          py::arg("name"), "NAME or NAME.VERSION.")
      .def(
          "__getitem__",
          [](const repository& r, const std::string& name) {
            return py_versions{r, require_name(r, name)};
          },
          py::arg("name"))
      .def(
          "package",
          [](const repository& r, const one_name& full_name) { return find_package(r, full_name); },
          py::arg("full_name"), "Of \"NAME.VERSION\".")
      .def_property_readonly(
          "names",
          [](const repository& r) {
            return std::vector<std::string>(r.names().begin(), r.names().end());
          },
          "Ascending.")
      .def(
          "versions",
          [](const repository& r, const one_name& name) {
            std::vector<std::string> out;
            const name_id id = require_name(r, name);
            for (const package_id p : r.versions(id)) out.emplace_back(r.version_string(p));
            return out;
          },
          py::arg("name"), "Ascending in opam's order.")
      .def(
          "reachable",
          [](const repository& r, const std::vector<std::string>& names) {
            std::vector<name_id> from;
            for (const std::string& name : names) from.push_back(require_name(r, name));
            return reachable(r, from);
          },
          py::arg("names"),
          R"(The part that some names can need: they, the names in their ``depends``, and so on.

Answers for these names are the same there as in the whole, of which it mostly is a tenth, and so is
what a universe of it takes.)")
      .def(
          "text",
          [](const repository& r, const one_name& full_name) {
            const py_package p = find_package(r, full_name);
            return std::string(r.text(p.id));
          },
          py::arg("package"), "The opam file.")
      .def_property_readonly(
          "sources",
          [](const repository& r) {
            return std::vector<source_info>(r.sources().begin(), r.sources().end());
          },
          "What it was read from, in order of precedence.")
      .def_property_readonly(
          "diagnostics",
          [](const repository& r) {
            return std::vector<repository_diagnostic>(r.diagnostics().begin(),
                                                      r.diagnostics().end());
          },
          "What was wrong with the sources; empty if nothing was. `check` reads every field, too.")
      .def_property_readonly(
          "mirrors",
          [](const repository& r) {
            std::vector<std::string> out;
            for (const source_info& s : r.sources()) {
              for (const std::string& mirror : s.archive_mirrors) {
                if (std::find(out.begin(), out.end(), mirror) == out.end()) out.push_back(mirror);
              }
            }
            return out;
          },
          "The archive mirrors of all sources, in their order; see `SourceInfo`.")
      .def_property_readonly("content_digest", by_reference(&repository::content_digest),
                             "A 64-bit digest of all names, versions and texts.")
      .def("__repr__", &repr);
  type.def(
      "_versions_by_source",
      [](const repository& r) {
        std::vector<std::size_t> counts(r.sources().size());
        for (const package_id id : r.packages()) ++counts[r.origin(id).source];
        return counts;
      },
      "How many versions each of `sources` gave.");
  type.def("_package_at", [](const repository& r, std::uint32_t i) {
    if (i >= r.size()) throw py::index_error();
    return py_package{r, package_id{i}};
  });
  bind_queries(type);
  module.def(
      "_changed_packages",
      [](const repository& before, const repository& after) {
        const auto number = [](package_id id) -> std::optional<std::uint32_t> {
          return id == package_id::none ? std::nullopt : std::optional(id.value());
        };
        std::vector<std::pair<std::optional<std::uint32_t>, std::optional<std::uint32_t>>> out;
        for (const changed_package& c : changed_packages(before, after)) {
          out.emplace_back(number(c.before), number(c.after));
        }
        return out;
      },
      py::arg("before"), py::arg("after"), "Positions of versions in the one and the other.");
  module.def("_load_repository", &load, py::arg("places"), py::arg("pins"), py::arg("cache"),
             py::arg("previous"), py::arg("threads"), py::arg("progress"),
             "What `Repository.open` found out to load.");
  bind_repository_json(module);
}

}  // namespace opamplan::python
