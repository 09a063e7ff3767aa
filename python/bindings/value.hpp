/// \file
/// What makes a bound class a value in Python: equality, hashes, copies and pickles by its members.
#pragma once

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstddef>
#include <functional>
#include <ranges>
#include <tuple>
#include <type_traits>
#include <utility>

#include "typing.hpp"

namespace opamplan::python {

/// Of anything that compares: texts and numbers, and ranges and tuples of them. What has no hash
/// adds nothing, so that equal objects always have equal ones.
template <class T>
std::size_t hash_of(const T& value) {
  std::size_t sum = 0;
  const auto add = [&](const auto& part) {
    sum ^= hash_of(part) + 0x9e3779b97f4a7c15U + (sum << 6U) + (sum >> 2U);  // as Boost combines
  };
  if constexpr (requires { std::hash<T>{}(value); }) {
    return std::hash<T>{}(value);
  } else if constexpr (std::ranges::range<const T>) {
    for (const auto& part : value) add(part);
  } else if constexpr (requires { std::tuple_size<T>::value; }) {
    std::apply([&](const auto&... parts) { (add(parts), ...); }, value);
  }
  return sum;
}

/// Adds `__eq__` and `__hash__`: equal are objects of equal `key(object)`, which holds all that
/// Python can read of them. `part`, a part of the key, is enough for the hash of large objects.
template <class Class, class Key, class Part>
Class& compare_by(Class& type, Key key, Part part) {
  using object = typename Class::type;
  type.def(
      "__eq__", [key](const object& a, const object& b) { return key(a) == key(b); },
      pybind11::is_operator());
  type.def("__hash__", [part](const object& value) {
    return static_cast<pybind11::ssize_t>(hash_of(part(value)) >> 1U);
  });
  return type;
}
template <class Class, class Key>
Class& compare_by(Class& type, Key key) {
  return compare_by(type, key, key);
}

/// How a member travels: enumerators, which Python does not know, as their numbers.
template <class T>
constexpr auto to_state(const T& value) {
  if constexpr (std::is_enum_v<T>) {
    return static_cast<std::underlying_type_t<T>>(value);
  } else {
    return value;
  }
}

/// Adds equality, hashes and pickling to a class of which `members` are the whole state.
template <class Class, class Struct, class... Member>
Class& as_value(Class& type, Member Struct::*... members) {
  using state = std::tuple<decltype(to_state(std::declval<Member>()))...>;
  const auto get = [members...](const Struct& v) { return state(to_state(v.*members)...); };
  const auto set = [members...](const state& from) {
    Struct v;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      ((v.*members = static_cast<Member>(std::get<I>(from))), ...);
    }
    (std::index_sequence_for<Member...>());
    return v;
  };
  type.def(pybind11::pickle(get, set));
  return compare_by(type, [members...](const Struct& v) { return std::tie(v.*members...); });
}

/// Objects that never change are their own copies.
template <class Class>
Class& as_immutable(Class& type) {
  type.def("__copy__", [](const pybind11::object& self) { return self; });
  type.def("__deepcopy__", [](const pybind11::object& self, const record&) { return self; });
  return type;
}

[[noreturn]] inline void refuse(const char* verb, const pybind11::object& self,
                                const char* instead) {
  const std::string kind = pybind11::str(pybind11::type::of(self).attr("__name__"));
  throw pybind11::type_error(std::string("cannot ") + verb + " a " + kind + ": " + instead);
}

/// What belongs to something larger is not pickled; `instead` says what to do.
template <class Class>
Class& refuse_pickling(Class& type, const char* instead) {
  type.def("__reduce__", [instead](const pybind11::object& self) -> pybind11::object {
    refuse("pickle", self, instead);
  });
  return type;
}

/// Nor copied, where it is not its own copy either.
template <class Class>
Class& refuse_copying(Class& type, const char* instead) {
  type.def("__copy__", [instead](const pybind11::object& self) -> pybind11::object {
    refuse("copy", self, instead);
  });
  type.def("__deepcopy__",
           [instead](const pybind11::object& self, const record&) -> pybind11::object {
             refuse("copy", self, instead);
           });
  return refuse_pickling(type, instead);
}

/// The same of a class whose objects change, which have no hash.
template <class Class, class Struct, class... Member>
Class& as_changing_value(Class& type, Member Struct::*... members) {
  as_value(type, members...);
  type.attr("__hash__") = pybind11::none();
  return type;
}

}  // namespace opamplan::python
