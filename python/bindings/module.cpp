/// \file
/// The extension module opamplan._core: a module for each room, in their order, and the errors they
/// share.
#include "bindings.hpp"

#include <exception>
#include <opamplan/base/error.hpp>
#include <opamplan/base/text.hpp>
#include <string>
#include <vector>

#include "refusals.hpp"
#include "signatures.hpp"

namespace opamplan::python {
namespace {

struct error_name {
  static constexpr const char* value = "Error";
};
struct cancelled_name {
  static constexpr const char* value = "Cancelled";
};
struct invalid_request_name {
  static constexpr const char* value = "InvalidRequest";
};

/// What a binding takes out of a Python object by itself is an argument too, and no RuntimeError.
void refuse_wrong_parts() {
  py::register_exception_translator([](std::exception_ptr error) {
    try {
      if (error) std::rethrow_exception(error);
    } catch (const py::cast_error&) {
      PyErr_SetString(PyExc_TypeError,
                      "an argument holds something of another type, or text that is not UTF-8");
    }
  });
}

void bind_errors() {
  register_error<error, error_name>([](py::object&, const error&) {});
  register_error<cancelled, cancelled_name>([](py::object&, const cancelled&) {});
  register_error<invalid_request, invalid_request_name>([](py::object&, const invalid_request&) {});
}

}  // namespace
}  // namespace opamplan::python

PYBIND11_MODULE(_core, module) {
  using namespace opamplan::python;
  module.doc() = "The compiled part of opamplan; use the package opamplan.";
  module.attr("__version__") = OPAMPLAN_VERSION;
  refuse_wrong_parts();
  bind_errors();
  module.def(
      "_give",
      [](const record& errors, const py::object& progress_bar, const py::object& refusal) {
        given_by_python() = {errors, progress_bar, refusal};
      },
      py::arg("errors"), py::arg("progress_bar"), py::arg("refusal"),
      "What the package gives: the classes of errors by name, what makes a bar, and what words "
      "that a call is refused.");
  module.def(
      "_close_names",
      [](const std::vector<std::string>& names, const std::string& text) {
        return opamplan::close_names(names, text);
      },
      py::arg("names"), py::arg("text"), "Those that may have been meant, the likeliest first.");
  module.def("_sign", &give_signatures, py::arg("core"), py::arg("plain"),
             "Gives all functions of the rooms signatures that `inspect` reads.");
  // Classes get methods from rooms to their right: all rooms are bound before the last two calls.
  std::vector<py::module_> rooms;
  const auto bind = [&](const char* room, auto function, const char* doc) {
    rooms.push_back(module.def_submodule(room, doc));
    function(rooms.back());
  };
  bind("syntax", &bind_syntax, "The opam file language: parsing, printing, editing.");
  bind("package", &bind_package, "Versions, formulas, environments, opam files as packages.");
  bind("repository", &bind_repository, "Packages by name and version, and where they are from.");
  bind("solve", &bind_solve, "Universes, what they answer, and why.");
  bind("closure", &bind_closure, "Orders, dependencies and who needs what.");
  bind("plan", &bind_plan, "Plans, and what is said about them.");
  bind("emit", &bind_emit, "Plans as files.");
  bind("inspect", &bind_inspect, "Judging plans, and files.");
  // Last, as the functions of the others are told by `_give` as it was made.
  rooms.push_back(module);
  for (py::module_& room : rooms) {
    refuse_unmade_objects(room);
    word_refusals(room, module.attr("_give"));
  }
}
