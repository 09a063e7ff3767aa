/// \file
/// Typed indices as Python's int.
#pragma once

#include <pybind11/pybind11.h>

#include <opamplan/base/index.hpp>

namespace pybind11::detail {

template <class Of>
struct type_caster<opamplan::index<Of>> {
  PYBIND11_TYPE_CASTER(opamplan::index<Of>, const_name("int"));

  bool load(handle source, bool convert) {
    make_caster<std::uint32_t> number;
    if (!number.load(source, convert)) return false;
    value = opamplan::index<Of>(cast_op<std::uint32_t>(number));
    return true;
  }
  static handle cast(opamplan::index<Of> source, return_value_policy policy, handle parent) {
    return make_caster<std::uint32_t>::cast(source.value(), policy, parent);
  }
};

}  // namespace pybind11::detail
