/// \file
/// Calls that no bound function takes: pybind11's TypeError shows all its signatures and all that
/// was given, which may be thousands of results. `given::refusal` words another from it.
#pragma once

#include <pybind11/pybind11.h>

#include <cstddef>
#include <string>

#include "bindings.hpp"
#include "bound.hpp"

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
/// `any` is some function of pybind11.
inline void word_refusals(py::module_& module, py::handle any) {
  const auto as_called = [](PyCFunction function) {
    return reinterpret_cast<called>(reinterpret_cast<void (*)()>(function));
  };
  const PyMethodDef& usual = *definition_of(any);
  if ((usual.ml_flags & (METH_FASTCALL | METH_KEYWORDS)) != (METH_FASTCALL | METH_KEYWORDS)) return;
  dispatcher() = as_called(usual.ml_meth);
  const auto word = [&](py::handle function) {
    PyMethodDef* const found = definition_of(function);
    if (found == nullptr || as_called(found->ml_meth) != dispatcher()) return;
    found->ml_meth = reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(&call));
  };
  const py::handle property(reinterpret_cast<PyObject*>(&PyProperty_Type));
  each_member(module, word);
  each_class(module, [&](py::handle type) {
    each_member(type, [&](py::handle member) {
      word(member);
      if (!py::isinstance(member, property)) return;
      word(member.attr("fget"));
      word(member.attr("fset"));
    });
  });
}

}  // namespace opamplan::python
