/// \file
/// Signatures as CPython's own functions have them, for `inspect.signature` and `help()`.
///
/// pybind11 puts a typed signature before the text of a docstring, in the words of its casters.
/// `give_signatures` puts one without types before that, in CPython's form (`__text_signature__`:
/// PEP 436, Argument Clinic), which costs nothing until it is asked for, and shortens the typed
/// one.
#pragma once

#include <pybind11/pybind11.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bound.hpp"

namespace opamplan::python {

/// The first place at or after `begin`, in no bracket and no string, where one of `letters` is;
/// `npos` if there is none before the end or the bracket that closes.
inline std::size_t find_outside(std::string_view text, std::size_t begin, const char* letters) {
  std::size_t depth = 0;
  char quote = 0;
  for (std::size_t i = begin; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == '\\') ++i;
      if (c == quote) quote = 0;
      continue;
    }
    if (depth == 0 && std::strchr(letters, c) != nullptr) return i;
    if (c == '\'' || c == '"') quote = c;
    if (std::strchr("([{", c) != nullptr) ++depth;
    if (std::strchr(")]}", c) != nullptr && depth-- == 0) break;
  }
  return std::string_view::npos;
}

/// A default as `ast.literal_eval` reads it: what is no literal is an ellipsis.
inline std::string_view literal(std::string_view value) {
  for (const char* word : {"None", "True", "False"}) {
    if (value == word) return value;
  }
  if (value.starts_with('\'') || value.starts_with('"')) return value;
  const bool begins = !value.empty() && std::strchr("0123456789-([{", value[0]) != nullptr;
  return begins && value.find_first_of("<=") == std::string_view::npos ? value : "...";
}

/// Of `name(self: A, b: B = 1) -> C` what is in the brackets, without types; null of anything else.
inline std::optional<std::vector<std::string>> plain_arguments(std::string_view typed) {
  const std::size_t open = typed.find('(');
  if (open == std::string_view::npos) return std::nullopt;
  std::vector<std::string> out;
  for (std::size_t begin = open + 1; begin < typed.size() && typed[begin] != ')';) {
    const std::size_t end = find_outside(typed, begin, ",)");
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view argument = typed.substr(begin, end - begin);
    const std::size_t assigned = find_outside(argument, 0, "=");
    std::string plain(argument.substr(0, find_outside(argument, 0, ":= ")));
    if (assigned != std::string_view::npos) {
      plain += '=';
      plain += literal(argument.substr(assigned + 2));
    }
    out.push_back(std::move(plain));
    begin = typed[end] == ')' ? end : end + 2;  // ", "
  }
  return out;
}

/// What goes before a docstring.
inline std::string text_signature(std::string_view name, const std::vector<std::string>& arguments,
                                  std::size_t first = 0) {
  std::string out = std::string(name) + "(";
  for (std::size_t i = first; i < arguments.size(); ++i) {
    out += (i == first ? "" : ", ") + arguments[i];
  }
  return out + ")\n--\n\n";
}

/// A typed signature in the words that people use of types.
inline std::string with_short_types(std::string_view typed) {
  static constexpr std::pair<std::string_view, std::string_view> words[] = {
      {"typing.SupportsInt | typing.SupportsIndex", "int"},
      {"typing.SupportsFloat | typing.SupportsIndex", "float"},
      {"collections.abc.", ""},
      {"typing_extensions.", ""},
      {"typing.", ""}};
  std::string out(typed);
  for (const auto& [longer, shorter] : words) {
    for (std::size_t at = out.find(longer); at != std::string::npos; at = out.find(longer, at)) {
      out.replace(at, longer.size(), shorter);
    }
  }
  constexpr std::string_view core = "opamplan._core.";  // and the room's name
  for (std::size_t at = 0; (at = out.find(core, at)) != std::string::npos;) {
    out.erase(at, out.find('.', at + core.size()) + 1 - at);
  }
  const std::size_t self = out.find("(self: ");
  if (self == std::string::npos) return out;
  const std::size_t end = find_outside(out, self + 1, ",)");
  return end == std::string::npos ? out : out.replace(self, end - self, "(self");
}

/// The docstring of a function with both signatures; of an overloaded one each that it has.
inline std::string with_signatures(std::string_view name, std::string_view doc) {
  std::string out;
  if (const auto arguments = plain_arguments(doc)) out = text_signature(name, *arguments);
  const std::string numbered = ". " + std::string(name) + "(";
  for (std::size_t begin = 0; begin < doc.size();) {
    const std::size_t end = std::min(doc.find('\n', begin), doc.size());
    const std::string_view line = doc.substr(begin, end - begin);
    const bool is_signature = begin == 0 || line.find(numbered) != std::string_view::npos;
    out += is_signature ? with_short_types(line) : std::string(line);
    if (end < doc.size()) out += '\n';
    begin = end + 1;
  }
  return out;
}

/// Memory that a `release` function frees; text with a null behind it.
template <class Allocate>
char* copied(const std::string& text, Allocate allocate) {
  auto* const to = static_cast<char*>(allocate(text.size() + 1));
  if (to == nullptr) throw std::bad_alloc();
  return std::strcpy(to, text.c_str());
}

inline void give_signature(PyMethodDef* function) {
  if (function == nullptr || function->ml_doc == nullptr) return;
  const std::string_view doc = function->ml_doc;
  if (!doc.starts_with(std::string(function->ml_name) + "(")) return;
  if (doc.find(")\n--\n\n") != std::string_view::npos) return;  // known by two names
  const char* const given = copied(with_signatures(function->ml_name, doc), std::malloc);
  std::free(const_cast<char*>(function->ml_doc));  // pybind11 had it from strdup
  function->ml_doc = given;
}

/// That of a class is that of its `__init__`; one without cannot be called.
inline void give_signature_of_class(py::handle type) {
  auto* const held = reinterpret_cast<PyTypeObject*>(type.ptr());
  PyMethodDef* const made_by =
      definition_of(py::dict(type.attr("__dict__")).attr("get")("__init__"));
  if (made_by == nullptr || made_by->ml_doc == nullptr) return;
  const auto arguments = plain_arguments(made_by->ml_doc);
  if (!arguments) return;
  const std::string name = py::str(type.attr("__name__"));
  const std::string doc = held->tp_doc == nullptr ? "" : held->tp_doc;
  // `__doc__` is in the dictionary of the class, without it.
#if PY_VERSION_HEX >= 0x030D0000
  char* const given = copied(text_signature(name, *arguments, 1) + doc, PyMem_Malloc);
  PyMem_Free(const_cast<char*>(held->tp_doc));
#else
  char* const given = copied(text_signature(name, *arguments, 1) + doc, PyObject_Malloc);
  PyObject_Free(const_cast<char*>(held->tp_doc));
#endif
  held->tp_doc = given;
}

/// For all functions of a room and all methods of its classes. Those that have a name and no
/// underscore become `plain(function, qualified_name)`: of its own pybind11 says, to `help()` and
/// as a bound method, that they are methods of what it keeps of them.
inline void give_signatures_of_room(const py::module_& module, const py::object& plain) {
  const auto give = [](py::handle member) { give_signature(definition_of(member)); };
  each_class(module, [&](py::handle type) {
    give_signature_of_class(type);  // first: it reads what pybind11 wrote
    each_member(type, give);
    for (const auto& [name, member] : py::dict(type.attr("__dict__"))) {
      if (py::str(name).cast<std::string>().starts_with('_')) continue;
      const py::str qualified = py::str("{}.{}").format(type.attr("__name__"), name);
      if (PyInstanceMethod_Check(member.ptr())) {
        py::setattr(type, name, plain(member.attr("__func__"), qualified));
      } else if (py::isinstance<py::staticmethod>(member)) {
        py::setattr(type, name, py::staticmethod(plain(member.attr("__func__"), qualified)));
      }
    }
  });
  each_member(module, give);
  for (const auto& [name, member] : module.attr("__dict__").attr("copy")().cast<py::dict>()) {
    if (PyCFunction_Check(member.ptr())) py::setattr(module, name, plain(member, name));
  }
}

/// For all rooms, the modules in `core`; called last.
inline void give_signatures(const py::module_& core, const py::object& plain) {
  each_member(core, [&](py::handle member) {
    if (!PyModule_Check(member.ptr())) return;
    give_signatures_of_room(py::reinterpret_borrow<py::module_>(member), plain);
  });
}

}  // namespace opamplan::python
