/// \file
/// Fields of an opam file, evaluated for one package version.
#include <pybind11/stl.h>

#include <algorithm>
#include <opamplan/package/dependency.hpp>
#include <opamplan/package/opam_file.hpp>
#include <opamplan/syntax/parser.hpp>

#include "bindings.hpp"
#include "value.hpp"

namespace opamplan::python {
namespace {

/// A formula as nested lists: `["And", a, b]`, `["Or", a, b]`, `["Block", a]`,
/// `["Atom", name, constraint]`, `["C", op, version]`, `["Empty"]`; binary, to the left.
template <class Atom, class Leaf>
any_list tree(const formula<Atom>& f, const Leaf& leaf) {
  const auto node = [](const char* kind, auto&&... parts) {
    any_list l;
    l.append(kind);
    (l.append(parts), ...);
    return l;
  };
  any_list inner;
  if (f.is_empty()) {
    inner = node("Empty");
  } else if (f.is_atom()) {
    inner = leaf(f.atom);
  } else {
    inner = tree(f.args[0], leaf);
    for (std::size_t i = 1; i < f.args.size(); ++i) {
      inner = node(f.is_conjunction() ? "And" : "Or", inner, tree(f.args[i], leaf));
    }
  }
  for (unsigned i = 0; i < f.parentheses; ++i) inner = node("Block", inner);
  return inner;
}

any_list constraint_tree(const version_formula& f) {
  return tree(f, [](const version_constraint& c) {
    any_list l;
    l.append("C");
    l.append(std::string(to_string(c.op)));
    l.append(c.version);
    return l;
  });
}

using formula_state = py::typing::Tuple<any, py::ellipsis>;

/// Kind, parentheses, arguments; of an atom it, too: (name, constraint) or (relation, version).
template <class Atom, class Leaf>
formula_state state_of(const formula<Atom>& f, const Leaf& leaf) {
  py::list args;
  for (const formula<Atom>& arg : f.args) args.append(state_of(arg, leaf));
  return py::make_tuple(static_cast<int>(f.kind), f.parentheses,
                        f.is_atom() ? py::object(leaf(f.atom)) : py::none(), args);
}

template <class Atom, class Leaf>
formula<Atom> formula_from(const formula_state& state, const Leaf& leaf) {
  const auto refuse = [] { throw py::value_error("this is no state of a formula"); };
  if (state.size() != 4) refuse();
  const auto kind = state[0].cast<unsigned>();
  if (kind > static_cast<unsigned>(formula_kind::disjunction)) refuse();
  formula<Atom> f;
  f.kind = static_cast<formula_kind>(kind);
  f.parentheses = state[1].cast<std::uint8_t>();
  if (f.is_atom()) {
    const auto atom = state[2].cast<py::tuple>();
    if (atom.size() != 2) refuse();
    f.atom = leaf(atom);
  }
  for (const py::handle arg : state[3].cast<py::list>()) {
    f.args.push_back(formula_from<Atom>(arg.cast<formula_state>(), leaf));
  }
  const bool is_joined = f.is_conjunction() || f.is_disjunction();
  if (is_joined != (f.args.size() >= 2) || (!is_joined && !f.args.empty())) refuse();
  return f;
}

formula_state package_state(const package_formula& f) {
  return state_of(f, [](const package_atom& a) {
    return py::make_tuple(a.name, state_of(a.constraint, [](const version_constraint& c) {
                            return py::make_tuple(static_cast<int>(c.op), c.version);
                          }));
  });
}

package_formula package_from(const formula_state& state) {
  return formula_from<package_atom>(state, [](const py::tuple& atom) {
    const auto constraint = [](const py::tuple& c) {
      const auto op = c[0].cast<unsigned>();
      if (op > static_cast<unsigned>(relop::lt)) throw py::value_error("this is no relation");
      return version_constraint{static_cast<relop>(op), c[1].cast<std::string>()};
    };
    return package_atom{
        atom[0].cast<std::string>(),
        formula_from<version_constraint>(atom[1].cast<formula_state>(), constraint)};
  });
}

}  // namespace

void bind_package_formulas(py::module_& module) {
  py::class_<package_formula> type(module, "PackageFormula",
                                   "What a package needs or excludes, after evaluation.");
  compare_by(type, [](const package_formula& f) { return to_string(f); })
      .def(py::pickle(&package_state, &package_from))
      .def("__str__", [](const package_formula& f) { return to_string(f); })
      .def("__repr__",
           [](const package_formula& f) { return "<PackageFormula " + to_string(f) + ">"; })
      .def("__bool__", [](const package_formula& f) { return !f.is_empty(); })
      .def(
          "tree",
          [](const package_formula& f) {
            return tree(f, [](const package_atom& a) {
              any_list l;
              l.append("Atom");
              l.append(a.name);
              l.append(constraint_tree(a.constraint));
              return l;
            });
          },
          "As nested lists: ``['And', a, b]``, ``['Atom', name, constraint]``...")
      .def_property_readonly(
          "names",
          [](const package_formula& f) {
            std::vector<std::string> names;
            const auto collect = [&](const auto& self, const package_formula& g) -> void {
              if (g.is_atom()) names.push_back(g.atom.name);
              for (const auto& arg : g.args) self(self, arg);
            };
            collect(collect, f);
            return names;
          },
          "Of the packages in it, in their order; one that is in it twice twice.");
  module.def(
      "evaluate_file",
      [](const std::string& text, const std::string& name, const std::string& v,
         const environment& env, bool build, bool post, bool with_test, bool with_doc,
         bool with_dev_setup) {
        const syntax::file file = syntax::parse(text, name + "." + v);
        const dependency_context context{build, post, with_test, with_doc, with_dev_setup};
        const auto evaluate = [&](const filtered_formula& f) {
          return evaluate_depends(f, env, name, v, context);
        };
        const filter available = read_available(file);
        record d;
        d["available"] = evaluate_available(available, env, name, v);
        d["available_partial"] = to_string(partially_evaluate(available, package_lookup(env, v)));
        d["depends"] = evaluate(read_depends(file));
        std::vector<std::string> optional;
        const auto collect = [&](const auto& self, const filtered_formula& f) -> void {
          if (f.is_atom()) optional.push_back(f.atom.name);
          for (const auto& arg : f.args) self(self, arg);
        };
        collect(collect, read_depopts(file));
        std::sort(optional.begin(), optional.end());
        optional.erase(std::unique(optional.begin(), optional.end()), optional.end());
        d["depopts"] = optional;
        d["conflicts"] = evaluate(read_conflicts(file));
        d["conflict_class"] = read_conflict_classes(file);
        d["flags"] = read_flags(file).all;
        d["depexts"] = depexts_for(read_depexts(file), env);
        return d;
      },
      py::arg("text"), py::arg("name"), py::arg("version"), py::arg("environment"),
      py::arg("build") = true, py::arg("post") = true, py::arg("with_test") = false,
      py::arg("with_doc") = false, py::arg("with_dev_setup") = false,
      "What the text of an opam file means for one package version in an environment: a dict of "
      "`available` (None if undefined), `depends`, `depopts` (names), `conflicts`, "
      "`conflict_class`, "
      "`flags` and `depexts`. Raises ParseError.");
}

}  // namespace opamplan::python
