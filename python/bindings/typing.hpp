/// \file
/// Python types whose elements the generated stubs can name.
#pragma once

#include <pybind11/pybind11.h>
#include <pybind11/typing.h>

namespace opamplan::python {

/// Anything: `typing.Any` in the stubs.
class any : public pybind11::object {
  using object::object;
};

/// What a scalar of an opam file is in Python, or None.
class scalar_value : public pybind11::object {
  using object::object;
};

using record = pybind11::typing::Dict<pybind11::str, any>;
using record_list = pybind11::typing::List<record>;
using any_list = pybind11::typing::List<any>;

template <class T>
using iterator_of = pybind11::typing::Iterator<T>;

}  // namespace opamplan::python

template <>
struct pybind11::detail::handle_type_name<opamplan::python::scalar_value> {
  static constexpr auto name = const_name("bool | int | str | None");
};
template <>
struct pybind11::detail::handle_type_name<opamplan::python::any> {
  static constexpr auto name = const_name("typing.Any");
};
