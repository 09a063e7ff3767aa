/// \file
/// Members that hold several things, as attributes of Python: tuples, frozen sets and read-only
/// mappings. A list would be a copy, and what is appended to a copy is lost in silence.
#pragma once

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "arguments.hpp"
#include "typing.hpp"

namespace opamplan::python {

using texts = std::vector<std::string>;
using text_set = std::set<std::string>;
using text_pairs = std::vector<std::pair<std::string, std::string>>;
using text_numbers = std::map<std::string, unsigned>;

/// What an attribute of type `Member` is when it is read, and what may be assigned to it; the stubs
/// name both.
template <class Member>
class read_only : public pybind11::object {
 public:
  using object::object;
  explicit read_only(pybind11::object value) : object(std::move(value)) {}
};
template <class Member>
class assigned : public pybind11::object {
 public:
  using object::object;
  static bool check_(pybind11::handle value) { return value.ptr() != nullptr; }
};

template <class Member>
read_only<Member> frozen(const Member& value) {
  pybind11::object copy = pybind11::cast(value);
  if constexpr (std::is_same_v<Member, text_numbers>) {
    auto* const proxy = PyDictProxy_New(copy.ptr());
    if (proxy == nullptr) throw pybind11::error_already_set();
    return read_only<Member>(pybind11::reinterpret_steal<pybind11::object>(proxy));
  } else if constexpr (std::is_same_v<Member, text_set>) {
    return read_only<Member>(pybind11::frozenset(copy));
  } else {
    return read_only<Member>(pybind11::tuple(copy));
  }
}

template <class Member>
constexpr const char* wanted_for = "a collection of str: [\"a\", \"b\"]";
template <>
inline constexpr const char* wanted_for<text_pairs> =
    "a mapping or pairs of str: {\"NAME\": \"value\"}";
template <>
inline constexpr const char* wanted_for<text_numbers> = "a mapping of str to int: {\"NAME\": 1}";

/// The member that is meant. A text is no collection of letters.
template <class Member>
Member taken(const char* name, const assigned<Member>& value) {
  const auto refuse = [&]() -> Member {
    throw pybind11::type_error(std::string(name) + " is " + wanted_for<Member> + ", not " +
                               shown_briefly(value));
  };
  const bool text =
      pybind11::isinstance<pybind11::str>(value) || pybind11::isinstance<pybind11::bytes>(value);
  const bool mapping = pybind11::hasattr(value, "items");
  constexpr bool pairs = std::is_same_v<Member, text_pairs>;
  constexpr bool numbers = std::is_same_v<Member, text_numbers>;
  if (text || !pybind11::isinstance<pybind11::iterable>(value) || (mapping && !pairs && !numbers) ||
      (!mapping && numbers)) {
    return refuse();
  }
  try {
    if constexpr (numbers) return pybind11::dict(value).template cast<Member>();
    if constexpr (std::is_same_v<Member, text_set>) {
      return pybind11::set(value).template cast<Member>();
    }
    if (mapping) return pybind11::list(value.attr("items")()).template cast<Member>();
    return pybind11::list(value).template cast<Member>();
  } catch (const pybind11::cast_error&) {
    return refuse();
  }
}

/// An attribute that is read-only inside, and assigned as a whole.
template <class Class, class Struct, class Member>
Class& collection(Class& type, const char* name, Member Struct::*member, const std::string& doc) {
  const std::string text = doc + (doc.empty() ? "" : " ") + "Read-only inside: assign a new one.";
  type.def_property(
      name, [member](const Struct& object) { return frozen(object.*member); },
      [name, member](Struct& object, const assigned<Member>& value) {
        object.*member = taken<Member>(name, value);
      },
      text.c_str());
  return type;
}

}  // namespace opamplan::python

namespace pybind11::detail {

template <class Member>
struct handle_type_name<opamplan::python::read_only<Member>>;
template <class Member>
struct handle_type_name<opamplan::python::assigned<Member>>;

template <>
struct handle_type_name<opamplan::python::read_only<opamplan::python::texts>> {
  static constexpr auto name = const_name("tuple[str, ...]");
};
template <>
struct handle_type_name<opamplan::python::read_only<opamplan::python::text_pairs>> {
  static constexpr auto name = const_name("tuple[tuple[str, str], ...]");
};
template <>
struct handle_type_name<opamplan::python::read_only<opamplan::python::text_set>> {
  static constexpr auto name = const_name("frozenset[str]");
};
template <>
struct handle_type_name<opamplan::python::read_only<opamplan::python::text_numbers>> {
  static constexpr auto name = const_name("types.MappingProxyType[str, int]");
};
template <>
struct handle_type_name<opamplan::python::assigned<opamplan::python::texts>> {
  static constexpr auto name = const_name("collections.abc.Iterable[str]");
};
template <>
struct handle_type_name<opamplan::python::assigned<opamplan::python::text_set>> {
  static constexpr auto name = const_name("collections.abc.Iterable[str]");
};
template <>
struct handle_type_name<opamplan::python::assigned<opamplan::python::text_pairs>> {
  static constexpr auto name =
      const_name("collections.abc.Mapping[str, str] | collections.abc.Iterable[tuple[str, str]]");
};
template <>
struct handle_type_name<opamplan::python::assigned<opamplan::python::text_numbers>> {
  static constexpr auto name = const_name("collections.abc.Mapping[str, int]");
};

}  // namespace pybind11::detail
