/// \file
/// The functions and classes that a module of pybind11 has.
#pragma once

#include <pybind11/pybind11.h>

namespace opamplan::python {

namespace py = pybind11;

/// What CPython knows of a function, a method or a static method; null of anything else.
inline PyMethodDef* definition_of(py::handle function) {
  if (py::isinstance<py::staticmethod>(function)) function = function.attr("__func__").ptr();
  if (function && PyInstanceMethod_Check(function.ptr()))
    function = PyInstanceMethod_GET_FUNCTION(function.ptr());
  if (!function || !PyCFunction_Check(function.ptr())) return nullptr;
  return reinterpret_cast<PyCFunctionObject*>(function.ptr())->m_ml;
}

/// Calls `visit(member)` for all that a module or a class holds.
template <class Visit>
void each_member(py::handle scope, const Visit& visit) {
  for (const auto& [name, member] : py::dict(scope.attr("__dict__"))) visit(member);
}

/// Calls `visit(class)` for the classes of a module.
template <class Visit>
void each_class(const py::module_& module, const Visit& visit) {
  each_member(module, [&](py::handle item) {
    if (PyType_Check(item.ptr())) visit(item);
  });
}

}  // namespace opamplan::python
