/// \file
/// The extension module opamplan._core: the rooms in their order, and the errors they share.
#include "bindings.hpp"
#include "progress.hpp"

#include <chrono>
#include <exception>
#include <opamplan/error.hpp>

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

/// Counts slowly, without using the processor: what the tests of progress and Ctrl-C run.
std::size_t count_slowly(std::size_t total, double seconds, const progress_callback& progress) {
  const auto pause = std::chrono::duration<double>(seconds / static_cast<double>(total));
  for (std::size_t done = 0; done < total; ++done) {
    if (!progress({"count", done, total})) throw cancelled();
    std::this_thread::sleep_for(pause);
  }
  if (!progress({"count", total, total})) throw cancelled();
  return total;
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
      [](const record& errors, const py::object& progress_bar) {
        given_by_python() = {errors, progress_bar};
      },
      py::arg("errors"), py::arg("progress_bar"),
      "What the package gives: the classes of errors by name, and what makes a bar.");
  module.def(
      "_count_slowly",
      [](std::size_t total, double seconds, const progress_argument& progress) {
        return run_with_progress(progress, [&](const opamplan::progress_callback& report) {
          return count_slowly(total, seconds, report);
        });
      },
      py::arg("total"), py::arg("seconds"), py::arg("progress") = py::none(),
      "Count to `total` in `seconds`; for the tests of progress and cancelling.");
  bind_syntax(module);
  bind_package(module);
  bind_repository(module);
  bind_solve(module);
  bind_align(module);
  bind_closure(module);
  bind_plan(module);
  bind_plan_reports(module);
  bind_emit(module);
  bind_inspect(module);
  refuse_unmade_objects(module);
}
