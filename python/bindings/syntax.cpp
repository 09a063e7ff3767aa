/// \file
/// The Python side of the syntax room: trees, errors, printing and editing.
#include "syntax.hpp"
#include "value.hpp"

#include <pybind11/stl.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <opamplan/syntax/edit.hpp>
#include <opamplan/syntax/equal.hpp>
#include <opamplan/syntax/json.hpp>
#include <opamplan/syntax/parser.hpp>
#include <opamplan/syntax/printer.hpp>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace opamplan::python {

py::str text_of(std::string_view bytes) {
  PyObject* const text =
      PyUnicode_DecodeUTF8(bytes.data(), static_cast<Py_ssize_t>(bytes.size()), "surrogateescape");
  if (text == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::str>(text);
}

namespace {

using file_ptr = std::shared_ptr<syntax::file>;

struct parse_error_name {
  static constexpr const char* value = "ParseError";
};

void fill_parse_error(py::object& instance, const syntax::parse_diagnostic& d) {
  instance.attr("path") = text_of(d.path);
  instance.attr("line") = d.where.line;
  instance.attr("column") = d.where.column;
  instance.attr("message") = text_of(d.message);
  instance.attr("expected") = text_of(d.expected);
  instance.attr("source_line") = text_of(d.source_line);
}

py::object parse_error_object(const syntax::parse_diagnostic& d) {
  const py::object type = error_class(parse_error_name::value);
  py::object instance = type(text_of(d.to_string()));
  fill_parse_error(instance, d);
  return instance;
}

// ---- what a Python caller gives

std::string bytes_of(const py::handle& text) {
  if (py::isinstance<py::bytes>(text)) return text.cast<std::string>();
  const auto encoded = py::reinterpret_steal<py::bytes>(
      PyUnicode_AsEncodedString(text.ptr(), "utf-8", "surrogateescape"));
  if (!encoded) throw py::error_already_set();
  return encoded.cast<std::string>();
}

// No text of the language but blank ones and comments is without these.
bool is_text(const std::string& s) {
  const std::size_t first = s.find_first_not_of(" \t\r");
  return first == s.npos || s.find_first_of("\n:{") != s.npos || s[first] == '#' ||
         s.compare(first, 2, "(*") == 0;
}

struct input {
  std::string text;
  std::string path;
};

std::string content_of(const py::object& name) {
  try {
    const py::object stream = py::module_::import("io").attr("open")(name, "rb");
    std::string text = stream.attr("read")().cast<std::string>();
    stream.attr("close")();
    return text;
  } catch (const py::error_already_set& error) {
    if (!error.matches(PyExc_OSError)) throw;
    const py::object told = error_class("file_error")(error.value(), name);
    PyErr_SetObject(py::type::of(told).ptr(), told.ptr());
    throw py::error_already_set();
  }
}

input input_of(const py::object& source, const std::optional<std::string>& path) {
  const bool is_str = py::isinstance<py::str>(source);
  if (is_str || py::isinstance<py::bytes>(source)) {
    std::string text = bytes_of(source);
    if (!is_str || path || is_text(text)) return {std::move(text), path.value_or("")};
  }
  const py::object name = py::module_::import("os").attr("fspath")(source);
  const py::object shown = py::module_::import("os").attr("fsdecode")(name);
  return {content_of(name), path.value_or(bytes_of(shown))};
}

syntax::parse_options options_of(std::uint32_t max_depth, std::uint32_t max_bytes, bool any_bytes) {
  syntax::parse_options options;
  options.max_depth = max_depth;
  options.max_bytes = max_bytes;
  options.any_bytes = any_bytes;
  return options;
}

file_ptr parse(const py::object& source, const std::optional<std::string>& path,
               std::uint32_t max_depth, std::uint32_t max_bytes, bool any_bytes) {
  input in = input_of(source, path);
  const py::gil_scoped_release release;
  return std::make_shared<syntax::file>(syntax::parse(std::move(in.text), std::move(in.path),
                                                      options_of(max_depth, max_bytes, any_bytes)));
}

using error_list = any_list;  // of ParseError, which is a Python class

std::pair<file_ptr, error_list> parse_recovering(const py::object& source,
                                                 const std::optional<std::string>& path,
                                                 std::uint32_t max_depth, std::uint32_t max_bytes,
                                                 bool any_bytes) {
  input in = input_of(source, path);
  syntax::parse_result result;
  {
    const py::gil_scoped_release release;
    result = syntax::parse_recovering(std::move(in.text), std::move(in.path),
                                      options_of(max_depth, max_bytes, any_bytes));
  }
  error_list errors;
  for (const syntax::parse_diagnostic& d : result.errors) errors.append(parse_error_object(d));
  return {std::make_shared<syntax::file>(std::move(result.tree)), std::move(errors)};
}

syntax::layout layout_of(const std::string& name) {
  if (name == "plain") return syntax::layout::plain;
  if (name == "opam") return syntax::layout::opam;
  if (name == "opam-normalised") return syntax::layout::opam_normalised;
  throw invalid_request("no layout \"" + name + "\"; there are plain, opam and opam-normalised");
}

// ---- trees as plain Python

py::object plain(const syntax::value& v);

py::list plain_list(const syntax::sibling_range<syntax::value>& values) {
  py::list out;
  for (const syntax::value v : values) out.append(plain(v));
  return out;
}

py::object scalar(const syntax::value& v) {
  switch (v.kind()) {
    case syntax::value_kind::boolean:
      return py::bool_(v.as_bool());
    case syntax::value_kind::integer:
      return py::int_(v.as_int());
    case syntax::value_kind::string:
    case syntax::value_kind::identifier:
      return text_of(v.as_string());
    default:
      return py::none();
  }
}

constexpr std::array<std::pair<const char*, const char*>, 12> kinds{{
    {"bool", "boolean"},
    {"int", "integer"},
    {"str", "string"},
    {"id", "identifier"},
    {"list", "list"},
    {"group", "group"},
    {"opt", "option"},
    {"rel", "relation"},
    {"prel", "prefix_relation"},
    {"log", "logical"},
    {"pfx", "prefix"},
    {"env", "env_update"},
}};

const std::pair<const char*, const char*>& names_of(syntax::value_kind kind) {
  return kinds.at(static_cast<std::size_t>(kind));
}

py::object plain(const syntax::value& v) {
  using syntax::value_kind;
  py::dict out;
  const char* const key = names_of(v.kind()).first;
  switch (v.kind()) {
    case value_kind::list:
    case value_kind::group:
      out[key] = plain_list(v.children());
      break;
    case value_kind::option:
      out[key] = plain(v.subject());
      out["args"] = plain_list(v.children());
      break;
    case value_kind::relation:
    case value_kind::logical:
    case value_kind::env_update:
      out[key] = to_string(v.oper());
      out["l"] = plain(v.left());
      out["r"] = plain(v.right());
      break;
    case value_kind::prefix_relation:
    case value_kind::prefix:
      out[key] = to_string(v.oper());
      out["r"] = plain(v.right());
      break;
    default:
      out[key] = scalar(v);
  }
  return out;
}

record plain(const syntax::item& i) {
  record out;
  if (!i.is_section()) {
    out["var"] = text_of(i.name());
    out["value"] = plain(i.value());
    return out;
  }
  out["section"] = text_of(i.name());
  if (const auto label = i.label()) out["name"] = scalar(*label);
  py::list items;
  for (const syntax::item inner : i.items()) items.append(plain(inner));
  out["items"] = items;
  return out;
}

// ---- editing

// Opam text of a Python value; a str is a string.
std::string source_of(const py::handle& v, int depth = 0) {
  if (depth > 100) throw py::value_error("lists nested too deeply");
  if (py::isinstance<py_value>(v)) return print(v.cast<const py_value&>().view);
  if (py::isinstance<py::bool_>(v)) return v.cast<bool>() ? "true" : "false";
  if (py::isinstance<py::int_>(v)) return std::to_string(v.cast<std::int64_t>());
  if (py::isinstance<py::str>(v)) return syntax::quote(bytes_of(v));
  if (py::isinstance<py::list>(v) || py::isinstance<py::tuple>(v)) {
    std::string out = "[";
    for (const py::handle e : v) out += (out.size() > 1 ? " " : "") + source_of(e, depth + 1);
    return out + ']';
  }
  throw py::type_error("a value must be a Value, str, bool, int or a list of these");
}

using path_argument =
    std::variant<std::string, std::tuple<std::string, std::optional<std::string>, std::string>>;

syntax::field_path path_of(const path_argument& path) {
  if (const auto* text = std::get_if<std::string>(&path)) return {std::string_view(*text)};
  const auto& [section, label, name] = std::get<1>(path);
  return {section, label, name};
}

file_ptr edited(const syntax::file& f, std::string text) {
  syntax::parse_options any;
  any.any_bytes = true;
  return std::make_shared<syntax::file>(syntax::parse(std::move(text), f.path(), any));
}

// ---- classes

py::typing::Tuple<py::int_, py::int_> place(const syntax::file& f, syntax::span s) {
  const syntax::position p = f.locate(s.begin);
  return py::make_tuple(p.line, p.column);
}

std::string shortened(std::string text) {
  if (text.size() <= 60) return text;
  text.resize(57);
  while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0x80U) != 0) text.pop_back();
  return text + "...";
}

py::typing::List<py_value> children_of(const py_value& v) {
  py::typing::List<py_value> out;
  const auto add = [&](const syntax::value& child) { out.append(py_value{v.file, child}); };
  using syntax::value_kind;
  switch (v.view.kind()) {
    case value_kind::list:
    case value_kind::group:
    case value_kind::option:
      for (const syntax::value child : v.view.children()) add(child);
      break;
    default:
      break;
  }
  return out;
}

template <class Get>
std::optional<py_value> operand(const py_value& v, bool present, Get get) {
  if (!present) return std::nullopt;
  return py_value{v.file, get(v.view)};
}

py::typing::List<py_item> items_of(const file_ptr& f,
                                   const syntax::sibling_range<syntax::item>& items) {
  py::typing::List<py_item> out;
  for (const syntax::item i : items) out.append(py_item{f, i});
  return out;
}

bool is_binary(syntax::value_kind k) {
  return k == syntax::value_kind::relation || k == syntax::value_kind::logical ||
         k == syntax::value_kind::env_update;
}
bool is_unary(syntax::value_kind k) {
  return k == syntax::value_kind::prefix || k == syntax::value_kind::prefix_relation;
}

void bind_value(py::class_<py_value>& c) {
  using syntax::value_kind;
  c.def_property_readonly(
       "kind", [](const py_value& v) { return names_of(v.view.kind()).second; },
       "`boolean`, `integer`, `string`, `identifier`, `list`, `group`, `option`, `relation`, "
       "`prefix_relation`, `logical`, `prefix` or `env_update`.")
      .def_property_readonly(
          "scalar",
          [](const py_value& v) {
            return py::reinterpret_steal<scalar_value>(scalar(v.view).release());
          },
          "The bool, int or str of a boolean, integer, string or identifier; else None.")
      .def_property_readonly(
          "op", [](const py_value& v) { return to_string(v.view.oper()); },
          "The operator, as in ``>=``; \"\" if there is none.")
      .def_property_readonly(
          "subject",
          [](const py_value& v) {
            return operand(v, v.view.kind() == value_kind::option,
                           [](const syntax::value& x) { return x.subject(); });
          },
          "Of an option, what stands before the braces; else None.")
      .def_property_readonly(
          "left",
          [](const py_value& v) {
            return operand(v, is_binary(v.view.kind()),
                           [](const syntax::value& x) { return x.left(); });
          },
          "The operand on the left, or None.")
      .def_property_readonly(
          "right",
          [](const py_value& v) {
            return operand(v, is_binary(v.view.kind()) || is_unary(v.view.kind()),
                           [](const syntax::value& x) { return x.right(); });
          },
          "The operand on the right, or None.")
      .def_property_readonly(
          "position", [](const py_value& v) { return place(*v.file, v.view.span()); },
          "Line and column, 1-based; the column counts bytes.")
      .def_property_readonly(
          "span",
          [](const py_value& v) { return std::pair(v.view.span().begin, v.view.span().end); },
          "Byte offsets of its begin and end.")
      .def_property_readonly(
          "source", [](const py_value& v) { return text_of(v.view.source()); }, "As written.")
      .def(
          "__len__", [](const py_value& v) { return children_of(v).size(); },
          "Number of elements of a list or group, of arguments of an option; else 0.")
      .def("__bool__", [](const py_value&) { return true; })
      .def("__iter__",
           [](const py_value& v) -> iterator_of<py_value> { return py::iter(children_of(v)); })
      .def(
          "__getitem__",
          [](const py_value& v, py::ssize_t i) {
            const auto all = children_of(v);
            const auto size = static_cast<py::ssize_t>(all.size());
            if (i < -size || i >= size) throw py::index_error();
            return all[static_cast<std::size_t>(i < 0 ? i + size : i)].cast<py_value>();
          },
          py::arg("index"))
      .def(
          "__eq__",
          [](const py_value& a, const py::object& b) {
            return py::isinstance<py_value>(b) && equal(a.view, b.cast<const py_value&>().view);
          },
          py::arg("other"))
      .def("__str__", [](const py_value& v) { return text_of(print(v.view)); })
      .def("__repr__",
           [](const py_value& v) {
             return text_of("<Value " + std::string(names_of(v.view.kind()).second) + ": " +
                            shortened(print(v.view)) + '>');
           })
      .def(
          "to_python", [](const py_value& v) { return plain(v.view); },
          "Plain dicts and lists, in the form of `to_json`.")
      .def(
          "to_json", [](const py_value& v) { return text_of(to_json(v.view)); }, "One line.");
  c.attr("__hash__") = py::none();
  refuse_copying(c, "it is a part of its File; pickle or copy that");
}

void bind_item(py::class_<py_item>& c) {
  c.def_property_readonly(
       "is_section", [](const py_item& i) { return i.view.is_section(); },
       "True for ``url { ... }``, False for ``name: value``.")
      .def_property_readonly(
          "name", [](const py_item& i) { return text_of(i.view.name()); },
          "The field's name, or the section's kind.")
      .def_property_readonly(
          "label",
          [](const py_item& i) -> std::optional<py::str> {
            const auto label = i.view.is_section() ? i.view.label() : std::nullopt;
            return label ? std::optional(text_of(label->as_string())) : std::nullopt;
          },
          "Of a section that has one, as in ``extra-source \"label\" { ... }``; else None.")
      .def_property_readonly(
          "value",
          [](const py_item& i) -> std::optional<py_value> {
            if (i.view.is_section()) return std::nullopt;
            return py_value{i.file, i.view.value()};
          },
          "Of a field; else None.")
      .def_property_readonly(
          "items",
          [](const py_item& i) {
            return i.view.is_section() ? items_of(i.file, i.view.items())
                                       : py::typing::List<py_item>();
          },
          "Of a section; else empty.")
      .def_property_readonly(
          "position", [](const py_item& i) { return place(*i.file, i.view.span()); },
          "Line and column, 1-based; the column counts bytes.")
      .def_property_readonly(
          "span",
          [](const py_item& i) { return std::pair(i.view.span().begin, i.view.span().end); },
          "Byte offsets of its begin and end.")
      .def("__iter__",
           [](const py_item& i) -> iterator_of<py_item> {
             return py::iter(i.view.is_section() ? items_of(i.file, i.view.items())
                                                 : py::typing::List<py_item>());
           })
      .def(
          "__eq__",
          [](const py_item& a, const py::object& b) {
            return py::isinstance<py_item>(b) && equal(a.view, b.cast<const py_item&>().view);
          },
          py::arg("other"))
      .def("__repr__",
           [](const py_item& i) {
             std::string out(i.view.name());
             if (!i.view.is_section())
               return text_of("<Item " + shortened(out + ": " + print(i.view.value())) + '>');
             if (const auto label = i.view.label()) out += ' ' + print(*label);
             return text_of("<Item " + out + " {...}>");
           })
      .def(
          "to_python", [](const py_item& i) { return plain(i.view); },
          "Plain dicts and lists, in the form of `to_json`.");
  c.attr("__hash__") = py::none();
  refuse_copying(c, "it is a part of its File; pickle or copy that");
}

void bind_file(py::class_<syntax::file, file_ptr>& c) {
  c.def_property_readonly(
       "path", [](const syntax::file& f) { return text_of(f.path()); },
       "What the file was called when it was parsed.")
      .def_property_readonly(
          "text", [](const syntax::file& f) { return text_of(f.text()); }, "The text, unchanged.")
      .def_property_readonly(
          "items", [](const file_ptr& f) { return items_of(f, f->items()); },
          "In the order written.")
      .def("__iter__",
           [](const file_ptr& f) -> iterator_of<py_item> {
             return py::iter(items_of(f, f->items()));
           })
      .def("__len__", [](const syntax::file& f) { return f.items().size(); })
      .def("__bool__", [](const syntax::file&) { return true; })
      .def(
          "__contains__",
          [](const syntax::file& f, const std::string& name) { return f.find(name).has_value(); },
          py::arg("name"))
      .def(
          "__getitem__",
          [](const file_ptr& f, const std::string& name) {
            const auto v = f->find(name);
            if (!v) throw py::key_error(name);
            return py_value{f, *v};
          },
          py::arg("name"), "The value of a top-level field.")
      .def(
          "get",
          [](const file_ptr& f, const path_argument& path) -> std::optional<py_value> {
            const auto i = find(*f, path_of(path));
            return i ? std::optional(py_value{f, i->value()}) : std::nullopt;
          },
          py::arg("path"),
          "The value of a field, or None. `path` is ``name``, ``section.name`` or the tuple "
          "``(section, label, name)``.")
      .def(
          "__eq__",
          [](const syntax::file& a, const py::object& b) {
            return py::isinstance<syntax::file>(b) && equal(a, b.cast<const syntax::file&>());
          },
          py::arg("other"), "The same items in the same order; layout and comments do not count.")
      .def("__repr__",
           [](const syntax::file& f) {
             return text_of("<File " + (f.path().empty() ? "" : "'" + f.path() + "', ") +
                            std::to_string(f.items().size()) + " items>");
           })
      .def(
          "print",
          [](const syntax::file& f, const std::string& style) {
            return text_of(print(f, layout_of(style)));
          },
          py::arg("layout") = "plain",
          "The text laid out anew: `plain`, `opam` (as opam writes files) or `opam-normalised`.")
      .def(
          "to_python",
          [](const syntax::file& f, const std::optional<std::string>& label) {
            record out;
            out["file"] = text_of(label ? *label : f.path());
            py::list items;
            for (const syntax::item i : f.items()) items.append(plain(i));
            out["items"] = items;
            return out;
          },
          py::arg("label") = py::none(), "Plain dicts and lists, in the form of `to_json`.")
      .def(
          "to_json",
          [](const syntax::file& f, const std::optional<std::string>& label) {
            return text_of(to_json(f, label ? *label : f.path()));
          },
          py::arg("label") = py::none(), R"(One line: ``{"file":LABEL,"items":[...]}``.

An item is ``{"var":NAME,"value":V}`` or ``{"section":KIND,"name":LABEL,"items":[...]}``; a value one
of ``{"bool":b}``, ``{"int":i}``, ``{"str":s}``, ``{"id":s}``, ``{"list":[V]}``, ``{"group":[V]}``,
``{"opt":V,"args":[V]}``, ``{"rel":op,"l":V,"r":V}``, ``{"prel":op,"r":V}``, ``{"log":op,"l":V,"r":V}``,
``{"pfx":op,"r":V}``, ``{"env":op,"l":V,"r":V}``.)");
  c.def(
       "set",
       [](const syntax::file& f, const path_argument& path, const py::object& value) {
         return edited(f, set_field(f, path_of(path), source_of(value)));
       },
       py::arg("path"), py::arg("value"),
       "A new file in which a field has another value; all other bytes are kept. A str is a "
       "string, a list a list; for anything else use `parse_value`. Adds an absent field.")
      .def(
          "add",
          [](const syntax::file& f, const path_argument& path, const py::object& value) {
            return edited(f, add_field(f, path_of(path), source_of(value)));
          },
          py::arg("path"), py::arg("value"),
          "A new file with one more field, which must be absent.")
      .def(
          "append",
          [](const syntax::file& f, const path_argument& path, const py::object& element) {
            return edited(f, append_element(f, path_of(path), source_of(element)));
          },
          py::arg("path"), py::arg("element"),
          "A new file with one more element at the end of a field's list.")
      .def(
          "remove",
          [](const syntax::file& f, const path_argument& path) {
            return edited(f, remove_field(f, path_of(path)));
          },
          py::arg("path"), "A new file without a field.");
  c.attr("__hash__") = py::none();
  using state = std::tuple<py::bytes, py::bytes>;
  c.def(py::pickle(
      [](const syntax::file& f) { return state(std::string(f.text()), std::string(f.path())); },
      [](const state& s) {
        syntax::parse_options options;
        options.any_bytes = true;
        const std::string text = std::get<0>(s);
        const std::string path = std::get<1>(s);
        return std::make_shared<syntax::file>(syntax::parse(text, path, options));
      }));
}

}  // namespace

void bind_syntax(py::module_& module) {
  register_error<syntax::parse_error, parse_error_name>(
      [](py::object& e, const syntax::parse_error& x) { fill_parse_error(e, x.diagnostic()); });

  py::class_<py_value> value(
      module, "Value",
      "One value of an opam file. Iterating gives the elements of a list or group and "
      "the arguments of an option.");
  py::class_<py_item> item(module, "Item", "A field or a section of an opam file.");
  py::class_<syntax::file, file_ptr> file(
      module, "File", "A parsed opam file: its text, and a tree over it. Immutable.");
  bind_value(value);
  bind_item(item);
  bind_file(file);

  const syntax::parse_options defaults;
  module.def("parse", &parse, py::arg("source"), py::kw_only(), py::arg("path") = py::none(),
             py::arg("max_depth") = defaults.max_depth, py::arg("max_bytes") = defaults.max_bytes,
             py::arg("any_bytes") = defaults.any_bytes,
             R"(Parse an opam file.

`source` is a path (`os.PathLike`, or a str that can be no text: one line without ``:`` and ``{``) or
text (any other str, bytes, or any str when `path` is given). `path` is what errors call the file.
NUL bytes and text that is not UTF-8 are errors unless `any_bytes`. Raises `ParseError`, and
`FileError` of a path.)");
  module.def(
      "parse_recovering", &parse_recovering, py::arg("source"), py::kw_only(),
      py::arg("path") = py::none(), py::arg("max_depth") = defaults.max_depth,
      py::arg("max_bytes") = defaults.max_bytes, py::arg("any_bytes") = defaults.any_bytes,
      "What could be read, and a `ParseError` for everything wrong (at most 100); takes what "
      "`parse` takes, and raises nothing for bad text.");
  module.def(
      "parse_value",
      [](const std::string& text) {
        auto f = std::make_shared<syntax::file>(syntax::parse_value(text));
        const syntax::value v = (*f->items().begin()).value();
        return py_value{std::move(f), v};
      },
      py::arg("text"), "Parse one value, as in ``parse_value('[\"a\" {>= \"1\"}]')``.");
  module.def(
      "_error_json",
      [](const py::object& error, const std::string& label) {
        syntax::parse_diagnostic d;
        d.where = {error.attr("line").cast<std::uint32_t>(),
                   error.attr("column").cast<std::uint32_t>()};
        d.message = bytes_of(error.attr("message"));
        d.expected = bytes_of(error.attr("expected"));
        return text_of(to_json(d, label));
      },
      py::arg("error"), py::arg("label"), "The line of JSON for a `ParseError`.");
}

}  // namespace opamplan::python
