/// \file
/// What no argument of a bound function may be, whatever the function: None for an object, or an
/// object that was never made, which would be null pointers; a text where several are meant, which
/// would be its letters, and several where one is meant. All are TypeErrors that say what to pass.
#pragma once

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace opamplan::python {

/// `Class.__new__(Class)` makes an object without a value, for which pybind11 would allocate
/// memory and leave it as it is.
[[noreturn]] inline void* refuse_unmade(std::size_t /*size*/) {
  throw pybind11::type_error("an object without a value: its __init__ was never called");
}

/// One name, NAME or NAME.VERSION.
struct one_name : std::string {};

inline bool is_text(pybind11::handle value) {
  return pybind11::isinstance<pybind11::str>(value) || pybind11::isinstance<pybind11::bytes>(value);
}

/// The start of what Python shows of a value.
inline std::string shown_briefly(pybind11::handle value) {
  constexpr std::size_t most = 80;
  const pybind11::str text = pybind11::repr(value);
  if (pybind11::len(text) <= most) return text;
  return pybind11::str(text[pybind11::slice(0, most, 1)]).cast<std::string>() + "...";
}

/// `such_as` is an example, by default the value itself in brackets.
[[noreturn]] inline void refuse_argument(const std::string& what, pybind11::handle given,
                                         const std::string& such_as) {
  throw pybind11::type_error("expected " + what + ", such as " + such_as + ", not " +
                             shown_briefly(given));
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

template <>
class type_caster<std::vector<std::string>>
    : public list_caster<std::vector<std::string>, std::string> {
 public:
  bool load(handle source, bool convert) {
    if (opamplan::python::is_text(source)) {
      opamplan::python::refuse_argument("a list", source,
                                        "[" + opamplan::python::shown_briefly(source) + "]");
    }
    return list_caster<std::vector<std::string>, std::string>::load(source, convert);
  }
};

/// Of numbers by name.
template <class Number>
requires std::is_arithmetic_v<Number>
class type_caster<std::map<std::string, Number>>
    : public map_caster<std::map<std::string, Number>, std::string, Number> {
 public:
  bool load(handle source, bool convert) {
    const bool is_loaded =
        map_caster<std::map<std::string, Number>, std::string, Number>::load(source, convert);
    if (!is_loaded && convert && !source.is_none() && !hasattr(source, "items")) {
      opamplan::python::refuse_argument("numbers by name", source, "{'dune': 1}");
    }
    return is_loaded;
  }
};

template <>
class type_caster<opamplan::python::one_name> {
 public:
  PYBIND11_TYPE_CASTER(opamplan::python::one_name, const_name("str"));

  bool load(handle source, bool convert) {
    make_caster<std::string> text;
    if (isinstance<bytes>(source) || !text.load(source, convert)) {
      if (isinstance<str>(source)) return false;  // not UTF-8
      opamplan::python::refuse_argument("one name", source, "'dune' or 'dune.3.20.2'");
    }
    value = {cast_op<std::string&&>(std::move(text))};
    return true;
  }

  static handle cast(const std::string& text, return_value_policy policy, handle parent) {
    return make_caster<std::string>::cast(text, policy, parent);
  }
};

}  // namespace pybind11::detail
