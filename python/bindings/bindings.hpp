/// \file
/// What the binding files share: one function a room, and how C++ errors become Python's.
#pragma once

#include <pybind11/pybind11.h>

#include <cstddef>
#include <exception>
#include <opamplan/base/error.hpp>
#include <string>

#include "arguments.hpp"
#include "typing.hpp"

namespace opamplan::python {

namespace py = pybind11;

// One function a room, for the room's module: ROOM.cpp, which calls those of ROOM_*.cpp.
void bind_syntax(py::module_& module);
void bind_package(py::module_& module);
void bind_package_formulas(py::module_& module);
void bind_repository(py::module_& module);
void bind_solve(py::module_& module);
void bind_closure(py::module_& module);
void bind_plan(py::module_& module);
void bind_plan_align(py::module_& module);
void bind_plan_limits(py::module_& module);
void bind_plan_reports(py::module_& module);
void bind_plan_series(py::module_& module);
void bind_plan_steps(py::module_& module);
void bind_plan_shards();  // methods of the class Plan
void bind_emit(py::module_& module);
void bind_emit_options(py::module_& module);
void bind_inspect(py::module_& module);

/// A class that another function has bound, to give it more.
template <class Class, class... Holder>
py::class_<Class, Holder...> class_of() {
  return py::reinterpret_borrow<py::class_<Class, Holder...>>(py::type::of<Class>());
}

/// A message as Python has it; bytes of foreign files that are not UTF-8 are shown as `\\xff`.
inline py::str message_text(const char* text) {
  return py::reinterpret_steal<py::str>(PyUnicode_DecodeUTF8(
      text, static_cast<py::ssize_t>(std::char_traits<char>::length(text)), "backslashreplace"));
}

/// A number with its noun: "1 step", "2 steps".
inline std::string counted(std::size_t number, const std::string& noun) {
  return std::to_string(number) + " " + noun + (number == 1 ? "" : "s");
}

/// What the package gives this module when it is imported, which by itself knows no other.
struct given {
  py::object errors;        ///< the classes of errors, by name
  py::object progress_bar;  ///< makes what `progress=True` stands for
  py::object refusal;       ///< words what is wrong with a call, see refusals.hpp
};

/// Never destroyed: the interpreter may have gone before.
inline given& given_by_python() {
  static auto* const held = new given{py::dict(), py::none(), py::none()};
  return *held;
}

/// A class of errors, by its name.
inline py::object error_class(const char* name) { return given_by_python().errors[name]; }

/// Raises the class of errors of this name with the message of `error`; `fill` sets attributes.
template <class Error, class Fill>
void raise_error(const char* name, const Error& error, Fill&& fill) {
  const py::object type = error_class(name);
  py::object instance = type(message_text(error.what()));
  fill(instance, error);
  PyErr_SetObject(type.ptr(), instance.ptr());
}

/// Raises the class of errors of this name with the message of `error`.
template <class Error>
void raise_error(const char* name, const Error& error) {
  raise_error(name, error, [](py::object&, const Error&) {});
}

/// Makes C++'s `Error` the class of the name `Name::value`. `Fill` is a function
/// `(py::object& instance, const Error&)` that sets the attributes. Base classes first: the
/// class registered last is tried first. Use:
///
///     struct parse_error_name { static constexpr const char* value = "ParseError"; };
///     register_error<syntax::parse_error, parse_error_name>(
///         [](py::object& e, const syntax::parse_error& x) { e.attr("line") = x.line(); });
template <class Error, class Name, class Fill>
void register_error(Fill /* captureless */) {
  py::register_exception_translator([](std::exception_ptr pointer) {
    try {
      if (pointer) std::rethrow_exception(pointer);
    } catch (const Error& error) {
      raise_error(Name::value, error, [](py::object& instance, const Error& e) {
        Fill{}(instance, e);  // a captureless lambda is default constructible in C++20
      });
    }
  });
}

}  // namespace opamplan::python
