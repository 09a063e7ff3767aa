/// \file
/// The Python side of facts, explanations and what blocks a repository.
#include "solve_explain.hpp"

#include <pybind11/stl.h>

#include <algorithm>
#include <functional>
#include <optional>

#include "copies.hpp"
#include "repository.hpp"
#include "value.hpp"

namespace opamplan::python {

std::vector<std::string> full_names(const repository& repo, const std::vector<package_id>& ids) {
  std::vector<std::string> names;
  names.reserve(ids.size());
  for (const package_id id : ids) names.push_back(repo.full_name(id));
  return names;
}

namespace {

// What Python can read of each, so that objects compare whatever repository they are of.

auto key_of(const py_fact& f) {
  const fact& v = f.value;
  return std::tuple(v.what, f.in.full_name(v.package), v.field, v.other, v.names, v.text, v.path,
                    v.line, v.column, v.impossible_alone, v.lacking);
}

auto keys_of(const repository& in, const std::vector<fact>& facts) {
  std::vector<decltype(key_of(std::declval<py_fact>()))> keys;
  keys.reserve(facts.size());
  for (const fact& f : facts) keys.push_back(key_of({in, f}));
  return keys;
}

auto key_of(const py_explanation& e) {
  const explanation& v = e.value;
  return std::tuple(e.in.names()[v.name],
                    v.target == package_id::none ? std::string() : e.in.full_name(v.target),
                    keys_of(e.in, v.facts), v.sentences, v.cause, v.blockers, v.minimal);
}

auto key_of(const py_blocker_group& g) {
  return std::tuple(g.value.cause, g.value.blockers, full_names(g.in, g.value.targets));
}

auto key_of(const py_blocker& b) {
  return std::tuple(b.value.name, b.value.blocked, b.value.unlocked, keys_of(b.in, b.value.rules));
}

template <class Part, class Value>
auto keys_of_parts(const repository& in, const std::vector<Value>& values) {
  std::vector<decltype(key_of(std::declval<Part>()))> keys;
  keys.reserve(values.size());
  for (const Value& v : values) keys.push_back(key_of(Part{in, v}));
  return keys;
}

auto key_of(const py_blocker_report& r) {
  return std::tuple(keys_of_parts<py_explanation>(r.in, r.value.explanations),
                    keys_of_parts<py_blocker_group>(r.in, r.value.groups),
                    keys_of_parts<py_blocker>(r.in, r.value.blockers));
}

const char* kind_text(const fact& f) {
  return f.what == fact::kind::needs       ? "needs"
         : f.what == fact::kind::conflicts ? "conflicts"
                                           : "conflict-class";
}

std::string sentence(const py_fact& f) {
  const char* const verb = f.value.field == "depopts"              ? " may use "
                           : f.value.what == fact::kind::needs     ? " needs "
                           : f.value.what == fact::kind::conflicts ? " conflicts with "
                                                                   : " is of conflict class ";
  return f.in.full_name(f.value.package) + verb + f.value.text;
}

std::string place(const fact& f) {
  return f.line == 0 ? f.path
                     : f.path + ":" + std::to_string(f.line) + ":" + std::to_string(f.column);
}

record fact_record(const py_fact& f) {
  record d;
  d["kind"] = kind_text(f.value);
  d["package"] = f.in.full_name(f.value.package);
  d["field"] = f.value.field;
  d["about"] = f.value.other;
  d["names"] = f.value.names;
  d["text"] = f.value.text;
  d["path"] = f.value.path;
  d["line"] = f.value.line;
  d["column"] = f.value.column;
  d["impossible_alone"] = f.value.impossible_alone;
  d["lacking"] = f.value.lacking;
  return d;
}

std::vector<py_fact> facts_of(const repository& in, const std::vector<fact>& facts) {
  std::vector<py_fact> out;
  out.reserve(facts.size());
  for (const fact& f : facts) out.push_back({in, f});
  return out;
}

record_list records_of(const repository& in, const std::vector<fact>& facts) {
  record_list out;
  for (const fact& f : facts) out.append(fact_record({in, f}));
  return out;
}

std::optional<std::string> target_of(const py_explanation& e) {
  if (e.value.target == package_id::none) return std::nullopt;
  return e.in.full_name(e.value.target);
}

std::string subject(const py_explanation& e) {
  return target_of(e).value_or(e.in.names()[e.value.name]);
}

record explanation_record(const py_explanation& e) {
  record d;
  d["package"] = e.in.names()[e.value.name];
  d["target"] = target_of(e);
  d["cause"] = e.value.cause;
  d["blockers"] = e.value.blockers;
  d["minimal"] = e.value.minimal;
  d["sentences"] = e.value.sentences;
  d["facts"] = records_of(e.in, e.value.facts);
  return d;
}

void bind_fact(py::module_& module) {
  py::class_<py_fact> type(module, "Fact", "One thing that an opam file says.");
  compare_by(type, [](const py_fact& f) { return key_of(f); })
      .def(py::pickle([](const py_fact& f) { return state_of(f); }, &fact_from))
      .def_property_readonly(
          "kind", [](const py_fact& f) { return kind_text(f.value); },
          "\"needs\", \"conflicts\" or \"conflict-class\".")
      .def_property_readonly(
          "package", [](const py_fact& f) { return f.in.full_name(f.value.package); },
          "NAME.VERSION whose file says it.")
      .def_property_readonly(
          "field", [](const py_fact& f) { return f.value.field; },
          "`depends`, `depopts`, `conflicts` or `conflict-class`.")
      .def_property_readonly(
          "about", [](const py_fact& f) { return f.value.other; },
          "The one name or class it is about; empty for alternatives.")
      .def_property_readonly(
          "names", [](const py_fact& f) { return f.value.names; },
          "Every package name in it, in the order written.")
      .def_property_readonly(
          "text", [](const py_fact& f) { return f.value.text; },
          "As written, after evaluation: `ocaml < 5.0`.")
      .def_property_readonly(
          "path", [](const py_fact& f) { return f.value.path; }, "Of the file, in its source.")
      .def_property_readonly(
          "line", [](const py_fact& f) { return f.value.line; }, "1-based; 0 if not known.")
      .def_property_readonly(
          "column", [](const py_fact& f) { return f.value.column; }, "1-based, in bytes.")
      .def_property_readonly(
          "impossible_alone", [](const py_fact& f) { return f.value.impossible_alone; },
          "True if nothing that was allowed can satisfy it: a root of the matter.")
      .def_property_readonly(
          "lacking", [](const py_fact& f) { return f.value.lacking; },
          "Names of which it wants versions that nobody allows or that do not exist.")
      .def("to_dict", &fact_record, "For JSON.")
      .def("__str__", &sentence)
      .def("__repr__",
           [](const py_fact& f) { return "<Fact " + sentence(f) + " (" + place(f.value) + ")>"; });
}

void bind_explanation(py::module_& module) {
  py::class_<py_explanation> type(module, "Explanation",
                                  R"(Why something cannot be installed, or was not taken.

`facts` are minimal, unless `minimal` says otherwise: without any one of them there would be a
solution. `sentences` tell them to a
person, `str()` joins these. Iterates over the facts.)");
  compare_by(type, [](const py_explanation& e) { return key_of(e); })
      .def(py::pickle([](const py_explanation& e) { return state_of(e); }, &explanation_from))
      .def_property_readonly(
          "package", [](const py_explanation& e) { return e.in.names()[e.value.name]; },
          "The name it is about.")
      .def_property_readonly("target", &target_of,
                             "NAME.VERSION, or None if any version was asked for.")
      .def_property_readonly(
          "facts", [](const py_explanation& e) { return facts_of(e.in, e.value.facts); },
          "A minimal set, the target's first.")
      .def_property_readonly(
          "sentences", [](const py_explanation& e) { return e.value.sentences; },
          "For people: facts grouped by version, and what was asked for.")
      .def_property_readonly(
          "cause", [](const py_explanation& e) { return e.value.cause; },
          "Equal for targets that fail for the same reason.")
      .def_property_readonly(
          "blockers", [](const py_explanation& e) { return e.value.blockers; },
          "Names whose own rules are impossible alone.")
      .def_property_readonly(
          "minimal", [](const py_explanation& e) { return e.value.minimal; },
          "False if the search for fewer facts took too long: some may be left out.")
      .def("to_dict", &explanation_record, "For JSON.")
      .def("__iter__",
           [](const py_explanation& e) -> iterator_of<py_fact> {
             return py::iter(py::cast(facts_of(e.in, e.value.facts)));
           })
      .def("__len__", [](const py_explanation& e) { return e.value.facts.size(); })
      .def("__bool__", [](const py_explanation&) { return true; })
      .def("__str__",
           [](const py_explanation& e) {
             std::string out;
             for (const std::string& s : e.value.sentences) out += (out.empty() ? "" : "\n") + s;
             return out;
           })
      .def("__repr__", [](const py_explanation& e) {
        return "<Explanation of " + subject(e) + ": " + e.value.cause + ">";
      });
}

record group_record(const py_blocker_group& g) {
  record d;
  d["cause"] = g.value.cause;
  d["blockers"] = g.value.blockers;
  d["targets"] = full_names(g.in, g.value.targets);
  return d;
}

record blocker_record(const py_blocker& b) {
  record d;
  d["name"] = b.value.name;
  d["blocked"] = b.value.blocked;
  d["unlocked"] = b.value.unlocked;
  d["rules"] = records_of(b.in, b.value.rules);
  return d;
}

template <class Part, class Value>
std::vector<Part> parts_of(const repository& in, const std::vector<Value>& values) {
  std::vector<Part> out;
  out.reserve(values.size());
  for (const Value& v : values) out.push_back({in, v});
  return out;
}

void bind_report(py::module_& module) {
  py::class_<py_blocker_group> group(module, "BlockerGroup", "Targets that fail for one cause.");
  compare_by(group, [](const py_blocker_group& g) { return key_of(g); })
      .def(py::pickle([](const py_blocker_group& g) { return state_of(g); }, &group_from))
      .def_property_readonly(
          "cause", [](const py_blocker_group& g) { return g.value.cause; },
          "Why, in words: equal for all of its targets.")
      .def_property_readonly(
          "blockers", [](const py_blocker_group& g) { return g.value.blockers; },
          "Names whose own rules are impossible alone.")
      .def_property_readonly(
          "targets", [](const py_blocker_group& g) { return full_names(g.in, g.value.targets); },
          "Those that it keeps out, as NAME.VERSION.")
      .def("to_dict", &group_record, "For JSON.")
      .def("__len__", [](const py_blocker_group& g) { return g.value.targets.size(); })
      .def("__repr__", [](const py_blocker_group& g) {
        return "<BlockerGroup of " + counted(g.value.targets.size(), "target") + ": " +
               g.value.cause + ">";
      });
  py::class_<py_blocker> one(module, "Blocker", "A name whose own rules block others.");
  compare_by(one, [](const py_blocker& b) { return key_of(b); })
      .def(py::pickle([](const py_blocker& b) { return state_of(b); }, &blocker_from))
      .def_property_readonly(
          "name", [](const py_blocker& b) { return b.value.name; },
          "Of the package, without a version.")
      .def_property_readonly(
          "blocked", [](const py_blocker& b) { return b.value.blocked; },
          "Targets whose explanation names it.")
      .def_property_readonly(
          "unlocked", [](const py_blocker& b) { return b.value.unlocked; },
          "Of these, those that would have a solution if its impossible rules were lifted.")
      .def_property_readonly(
          "rules", [](const py_blocker& b) { return facts_of(b.in, b.value.rules); },
          "The impossible rules, one for each distinct text.")
      .def("to_dict", &blocker_record, "For JSON.")
      .def("__repr__", [](const py_blocker& b) {
        return "<Blocker " + b.value.name + ": unlocks " + std::to_string(b.value.unlocked) +
               " of " + std::to_string(b.value.blocked) + ">";
      });
  py::class_<py_blocker_report> report(module, "BlockerReport",
                                       "What keeps targets from being installable, by cause.");
  compare_by(report, [](const py_blocker_report& r) { return key_of(r); })
      .def(py::pickle([](const py_blocker_report& r) { return state_of(r); }, &report_from))
      .def_property_readonly(
          "explanations",
          [](const py_blocker_report& r) {
            return parts_of<py_explanation>(r.in, r.value.explanations);
          },
          "One for each target that has no solution.")
      .def_property_readonly(
          "groups",
          [](const py_blocker_report& r) {
            return parts_of<py_blocker_group>(r.in, r.value.groups);
          },
          "Targets by cause, the largest group first.")
      .def_property_readonly(
          "blockers",
          [](const py_blocker_report& r) { return parts_of<py_blocker>(r.in, r.value.blockers); },
          "Names by what they would unlock, most first.")
      .def(
          "to_dict",
          [](const py_blocker_report& r) {
            record d;
            record_list groups;
            record_list blockers;
            for (const blocker_group& g : r.value.groups) groups.append(group_record({r.in, g}));
            for (const blocker& b : r.value.blockers) blockers.append(blocker_record({r.in, b}));
            d["no_solution"] = r.value.explanations.size();
            d["groups"] = groups;
            d["blockers"] = blockers;
            return d;
          },
          "For JSON: counts, groups and blockers, without the explanations.")
      .def("__len__", [](const py_blocker_report& r) { return r.value.explanations.size(); })
      .def("__repr__", [](const py_blocker_report& r) {
        return "<BlockerReport: " + counted(r.value.explanations.size(), "target") +
               " without a solution, " + counted(r.value.groups.size(), "cause") + ">";
      });
}

}  // namespace

void bind_solve_explanations(py::module_& module) {
  bind_fact(module);
  bind_explanation(module);
  bind_report(module);
}

}  // namespace opamplan::python
