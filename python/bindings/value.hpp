/// \file
/// What makes a bound struct a value in Python: equality, copies and pickles by its members.
#pragma once

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

namespace opamplan::python {

/// How a member travels: enumerators, which Python does not know, as their numbers.
template <class T>
constexpr auto to_state(const T& value) {
  if constexpr (std::is_enum_v<T>) {
    return static_cast<std::underlying_type_t<T>>(value);
  } else {
    return value;
  }
}

/// Adds `__eq__` and pickling to a class of which `members` are the whole state.
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
  type.def(
      "__eq__",
      [members...](const Struct& a, const Struct& b) {
        return ((a.*members == b.*members) && ...);
      },
      pybind11::is_operator());
  return type;
}

}  // namespace opamplan::python
