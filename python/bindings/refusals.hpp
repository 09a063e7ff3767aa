/// \file
/// Calls that no bound function takes: pybind11's TypeError shows all its signatures and all that
/// was given, which may be thousands of results. `given::refusal` words another from it.
#pragma once

#include <pybind11/pybind11.h>

#include <cstddef>
#include <string>

#include "bindings.hpp"

namespace opamplan::python {

/// How CPython calls a function of pybind11 (METH_FASTCALL | METH_KEYWORDS).
using called = PyObject* (*)(PyObject*, PyObject* const*, std::size_t, PyObject*);

/// What every bound function is to CPython: pybind11's dispatcher, which finds the overload.
inline called& dispatcher() {
  static called held = nullptr;
  return held;
}

/// Words the TypeError that is raised anew, if it is pybind11's.
inline void reword(PyObject* const* arguments, std::size_t count, PyObject* names) {
  const py::error_already_set raised;
  PyErr_SetObject(raised.type().ptr(), raised.value().ptr());
  const std::string message = py::str(raised.value());
  const std::size_t end = message.find("\nInvoked with: ");
  if (end == std::string::npos || given_by_python().refusal.is_none()) return;
  PyErr_Clear();
  py::list by_place;
  py::dict by_name;
  for (std::size_t i = 0; i < count; ++i) by_place.append(py::handle(arguments[i]));
  for (std::size_t i = 0; names != nullptr && i < py::len(py::handle(names)); ++i) {
    const py::handle name = PyTuple_GET_ITEM(names, static_cast<py::ssize_t>(i));
    by_name[name] = py::handle(arguments[count + i]);
  }
  const py::str text = given_by_python().refusal(message.substr(0, end), by_place, by_name);
  PyErr_SetObject(PyExc_TypeError, text.ptr());
}

inline PyObject* call(PyObject* self, PyObject* const* arguments, std::size_t count,
                      PyObject* names) {
  PyObject* const result = dispatcher()(self, arguments, count, names);
  if (result == nullptr && PyErr_ExceptionMatches(PyExc_TypeError) != 0) {
    try {
      reword(arguments, static_cast<std::size_t>(PyVectorcall_NARGS(count)), names);
    } catch (py::error_already_set& error) {
      error.restore();
    }
  }
  return result;
}

/// For all functions of the module and all methods and attributes of its classes; called last.
inline void word_refusals(py::module_& module) {
  const auto method = [](py::handle function) -> PyMethodDef* {
    if (py::isinstance<py::staticmethod>(function)) function = function.attr("__func__").ptr();
    if (function && PyInstanceMethod_Check(function.ptr()))
      function = PyInstanceMethod_GET_FUNCTION(function.ptr());
    if (!function || !PyCFunction_Check(function.ptr())) return nullptr;
    return reinterpret_cast<PyCFunctionObject*>(function.ptr())->m_ml;
  };
  const auto as_called = [](PyCFunction function) {
    return reinterpret_cast<called>(reinterpret_cast<void (*)()>(function));
  };
  const PyMethodDef& any = *method(module.attr("_give"));
  if ((any.ml_flags & (METH_FASTCALL | METH_KEYWORDS)) != (METH_FASTCALL | METH_KEYWORDS)) return;
  dispatcher() = as_called(any.ml_meth);
  const auto word = [&](py::handle function) {
    PyMethodDef* const found = method(function);
    if (found == nullptr || as_called(found->ml_meth) != dispatcher()) return;
    found->ml_meth = reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(&call));
  };
  const py::handle property(reinterpret_cast<PyObject*>(&PyProperty_Type));
  for (const auto& [name, item] : py::dict(module.attr("__dict__"))) {
    word(item);
    if (!PyType_Check(item.ptr())) continue;
    for (const auto& [inner, member] : py::dict(item.attr("__dict__"))) {
      word(member);
      if (!py::isinstance(member, property)) continue;
      word(member.attr("fget"));
      word(member.attr("fset"));
    }
  }
}

}  // namespace opamplan::python
