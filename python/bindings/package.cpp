/// \file
/// The Python side of the package room: versions and environments.
#include <pybind11/operators.h>
#include <pybind11/stl.h>

#include <opamplan/base/error.hpp>
#include <opamplan/package/environment.hpp>
#include <opamplan/package/formula.hpp>
#include <opamplan/package/spelling.hpp>
#include <opamplan/package/version.hpp>

#include "bindings.hpp"

namespace opamplan::python {
namespace {

void bind_version(py::module_& module) {
  py::class_<version>(module, "Version", R"(A package version, ordered as opam orders them.

Debian's order with opam's reading: ``~`` sorts before everything, even the end, and numbers
compare as numbers, so ``Version("1.0") == Version("1.00")``. Hashable; ``str()`` is the text.)")
      .def(py::init<std::string>(), py::arg("text"))
      .def("__str__", by_reference(&version::str))
      .def("__repr__", [](const version& v) { return "Version('" + v.str() + "')"; })
      .def("__hash__", [](const version& v) { return std::hash<version>{}(v); })
      .def(py::self == py::self)
      .def(py::self != py::self)
      .def(py::self < py::self)
      .def(py::self <= py::self)
      .def(py::self > py::self)
      .def(py::self >= py::self)
      .def(py::pickle(
          [](const version& v) -> py::typing::Tuple<py::str> { return py::make_tuple(v.str()); },
          [](const py::typing::Tuple<py::str>& t) { return version(t[0].cast<std::string>()); }));
  module.def("compare_versions", &compare_versions, py::arg("a"), py::arg("b"),
             "Negative, zero or positive, in opam's order.");
}

using variable_argument = py::typing::Union<py::bool_, py::str>;

/// Only what it says it takes: whatever else would count as true or false, and 13 is neither.
void set_variable(environment& env, const std::string& name, const variable_argument& value) {
  if (name.empty()) throw invalid_request("a variable has a name");
  if (py::isinstance<py::bool_>(value)) return env.set(name, value.cast<bool>());
  if (py::isinstance<py::str>(value)) {
    const auto text = value.cast<std::string>();
    require_opam_spelling(name, text);
    return env.set(name, text);
  }
  throw py::type_error("the variable " + name + " is a bool or a str, not " +
                       py::repr(value).cast<std::string>() +
                       "; `del` makes one undefined, \"13\" is a version");
}

void bind_environment(py::module_& module) {
  py::class_<environment>(module, "Environment",
                          R"(The values of opam's variables on one kind of machine.

A mapping from names (``arch``, ``os-distribution``, ``ocaml:version``) to ``bool`` or ``str``.
A variable that is not set is undefined, which is neither false nor empty. Values are opam's:
another spelling of an architecture or a system (``aarch64``) is refused with opam's (``arm64``).)")
      .def(py::init([](const std::map<std::string, variable_argument>& values) {
             environment env;
             for (const auto& [name, value] : values) set_variable(env, name, value);
             return env;
           }),
           py::arg("values") = py::dict())
      .def_static(
          "preset", &preset_environment, py::arg("name"), py::arg("arch") = "x86_64",
          "The variables of a system, for example ``debian-13``; see `environment_presets`.")
      .def_static("host", &host_environment, "The machine this runs on.")
      .def("__getitem__",
           [](const environment& env, const std::string& name) {
             const variable_value* v = env.get(name);
             if (v == nullptr) throw py::key_error(name);
             return *v;
           })
      .def("__setitem__", &set_variable)
      .def("__delitem__",
           [](environment& env, const std::string& name) {
             if (env.get(name) == nullptr) throw py::key_error(name);
             env.unset(name);
           })
      .def("__contains__",
           [](const environment& env, const std::string& name) { return env.get(name) != nullptr; })
      .def("__len__", [](const environment& env) { return env.values().size(); })
      .def("__iter__",
           [](const environment& env) -> iterator_of<py::str> {
             py::list names;
             for (const auto& [name, value] : env.values()) names.append(name);
             return py::iter(names);
           })
      .def(
          "get",
          [](const environment& env, const std::string& name,
             const std::optional<variable_value>& otherwise) {
            const variable_value* v = env.get(name);
            return v == nullptr ? otherwise : std::optional(*v);
          },
          py::arg("name"), py::arg("default") = py::none(), "The value, or `default` if undefined.")
      .def("keys",
           [](const environment& env) {
             std::vector<std::string> names;
             for (const auto& [name, value] : env.values()) names.push_back(name);
             return names;
           })
      .def("values",
           [](const environment& env) {
             std::vector<variable_value> values;
             for (const auto& [name, value] : env.values()) values.push_back(value);
             return values;
           })
      .def("items",
           [](const environment& env) {
             return std::vector<std::pair<std::string, variable_value>>(env.values().begin(),
                                                                        env.values().end());
           })
      .def("copy", [](const environment& env) { return env; })
      .def(
          "with_ocaml",
          [](const environment& env, const std::string& v) { return with_ocaml(env, v); },
          py::arg("version"), "A copy in which ``ocaml:version`` is set.")
      .def_property_readonly("digest", by_reference(&environment::digest),
                             "A 64-bit digest, the same on every machine.")
      .def(py::self == py::self)
      .def("__str__", by_reference(&environment::canonical_text))
      .def("__repr__",
           [](const environment& env) {
             py::dict d;
             for (const auto& [name, value] : env.values()) d[py::str(name)] = py::cast(value);
             return "Environment(" + py::repr(d).cast<std::string>() + ")";
           })
      .def(py::pickle(
          [](const environment& env) -> py::typing::Tuple<record> {
            return py::make_tuple(py::cast(env.values()));
          },
          [](const py::typing::Tuple<record>& t) {
            environment env;
            for (const auto& [name, value] : t[0].cast<std::map<std::string, variable_value>>()) {
              env.set(name, value);
            }
            return env;
          }));
  module.def(
      "environment_presets",
      [] {
        std::vector<std::string> names;
        for (const environment_preset& p : environment_presets()) names.emplace_back(p.name);
        return names;
      },
      "The names of the environments that `Environment.preset` knows.");
  module.def("parse_variable_value", &parse_variable_value, py::arg("text"),
             "``true`` and ``false`` as bool, everything else as str.");
  module.def(
      "base_image_of",
      [](const std::string& preset) -> std::string {
        for (const environment_preset& p : environment_presets()) {
          if (p.name == preset) return std::string(p.image);
        }
        return "";
      },
      py::arg("preset"), "A base image that fits a preset, or an empty string.");
}

}  // namespace

void bind_package(py::module_& module) {
  bind_version(module);
  bind_environment(module);
  bind_package_formulas(module);
}

}  // namespace opamplan::python
