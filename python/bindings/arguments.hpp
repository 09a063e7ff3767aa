/// \file
/// What no argument of a bound function may be: None for an object, or an object that was never
/// made. Both would be null pointers; here they are TypeErrors, whatever the function.
#pragma once

#include <pybind11/pybind11.h>

#include <cstddef>
#include <memory>
#include <type_traits>

namespace opamplan::python {

/// `Class.__new__(Class)` makes an object without a value, for which pybind11 would allocate
/// memory and leave it as it is.
[[noreturn]] inline void* refuse_unmade(std::size_t /*size*/) {
  throw pybind11::type_error("an object without a value: its __init__ was never called");
}

/// A member function as one of a reference: of a pointer, which it would be to pybind11, None is
/// one.
template <class Result, class Class>
auto by_reference(Result (Class::*function)() const) {
  return [function](const Class& object) -> Result { return (object.*function)(); };
}
template <class Result, class Class>
auto by_reference(Result (Class::*function)() const noexcept) {
  return [function](const Class& object) -> Result { return (object.*function)(); };
}

/// For all classes of the module; called last.
inline void refuse_unmade_objects(pybind11::module_& module) {
  for (const auto& [name, item] : pybind11::dict(module.attr("__dict__"))) {
    if (!PyType_Check(item.ptr())) continue;
    auto* const type = reinterpret_cast<PyTypeObject*>(item.ptr());
    if (auto* const info = pybind11::detail::get_type_info(type))
      info->operator_new = refuse_unmade;
  }
}

}  // namespace opamplan::python

namespace pybind11::detail {

template <class T>
requires std::is_class_v<T>
class type_caster<std::shared_ptr<T>> : public copyable_holder_caster<T, std::shared_ptr<T>> {
 public:
  bool load(handle source, bool convert) {
    if (source.is_none()) return false;
    try {
      return copyable_holder_caster<T, std::shared_ptr<T>>::load(source, convert);
    } catch (const cast_error&) {
      opamplan::python::refuse_unmade(0);
    }
  }
};

}  // namespace pybind11::detail
