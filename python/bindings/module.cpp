/// \file
/// The extension module opamplan._core: the rooms in their order, and the errors they share.
#include "bindings.hpp"

#include <exception>
#include <opamplan/base/error.hpp>

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
  module.def("_sign", &give_signatures, py::arg("core"), py::arg("plain"),
             "Gives all functions of this module signatures that `inspect` reads.");
  bind_syntax(module);
  bind_package(module);
  bind_repository(module);
  bind_solve(module);
  bind_align(module);
  bind_closure(module);
  bind_plan(module);
  bind_plan_reports(module);
  bind_series(module);
  bind_plan_shards(module);
  bind_emit(module);
  bind_inspect(module);
  refuse_unmade_objects(module);
  word_refusals(module);
}
