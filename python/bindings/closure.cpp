/// \file
/// The Python side of the closure room.
#include <pybind11/stl.h>

#include <map>
#include <opamplan/base/error.hpp>
#include <opamplan/closure/closure.hpp>
#include <opamplan/closure/paths.hpp>
#include <opamplan/closure/reverse.hpp>
#include <opamplan/repository/names.hpp>
#include <optional>
#include <set>

#include "bindings.hpp"
#include "progress.hpp"
#include "solve.hpp"
#include "solve_explain.hpp"
#include "value.hpp"

namespace opamplan::python {
namespace {

using names_list = std::vector<std::string>;

struct named_closure {
  closure value;
  names_list names;

  [[nodiscard]] names_list named(const std::vector<std::uint32_t>& positions) const {
    names_list out;
    for (const std::uint32_t p : positions) out.push_back(names[p]);
    return out;
  }

  /// By NAME.VERSION or NAME.
  [[nodiscard]] std::uint32_t position(const std::string& text) const {
    for (std::uint32_t i = 0; i < names.size(); ++i) {
      if (names[i] == text || names[i].substr(0, names[i].find('.')) == text) return i;
    }
    throw invalid_request("\"" + text + "\" is not in the closure of " + names[value.target]);
  }
};

struct cyclic_dependencies_name {
  static constexpr const char* value = "CyclicDependencies";
};

named_closure closure_of_result(const py_result& r) {
  named_closure c{closure_of(r.solution()), {}};
  for (const package_id p : c.value.packages) {
    c.names.push_back(r.in.full_name(p));
  }
  return c;
}

/// The same; there is no order in cyclic dependencies.
named_closure acyclic_closure_of(const py_result& r) {
  named_closure c = closure_of_result(r);
  names_list cycle;
  for (const package_id p : build_cycle(r.solution())) {
    if (!std::binary_search(c.value.packages.begin(), c.value.packages.end(), p)) return c;
    cycle.push_back(r.in.full_name(p));
  }
  if (!cycle.empty()) {
    throw cyclic_dependencies(c.names[c.value.target] + ": " + cycle_reason(cycle));
  }
  return c;
}

/// Reverse dependencies, with the names that Python asks by.
struct py_reverse {
  repository repo;
  reverse_index index;
  std::vector<package_id> targets;  // by solution

  /// What rows, by package, hold for NAME.VERSION, or for all versions of NAME: ascending.
  [[nodiscard]] std::set<std::uint32_t> in_rows(const adjacency& rows,
                                                const std::string& text) const {
    const package_request asked = find_request(repo, text);
    std::set<std::uint32_t> found;
    const auto add = [&](package_id p) { found.insert(rows[p].begin(), rows[p].end()); };
    if (asked.package != package_id::none) {
      add(asked.package);
    } else {
      for (const package_id p : repo.versions(asked.name)) add(p);
    }
    return found;
  }
};

std::shared_ptr<py_reverse> reverse_of(const std::vector<std::shared_ptr<py_result>>& results) {
  if (results.empty()) throw invalid_request("no results were given");
  const repository repo = results[0]->whole().universe.repository();
  const py::gil_scoped_release release;
  std::vector<solution> solutions;
  std::vector<package_id> targets;
  for (const auto& r : results) {
    if (r->universe != results[0]->universe) {
      throw invalid_request("the results must come from one universe");
    }
    if (!r->result.solution) continue;
    solutions.push_back(*r->result.solution);
    targets.push_back(r->result.solution->target);
  }
  return std::make_shared<py_reverse>(
      py_reverse{repo, make_reverse_index(solutions, repo.size()), std::move(targets)});
}

names_list install_order_of(const std::shared_ptr<py_result>& r, const std::string& order,
                            const std::optional<std::shared_ptr<py_reverse>>& among) {
  const auto c = acyclic_closure_of(*r);
  if (order == "levels") return c.named(order_of(c.value, install_order::levels, c.names));
  if (order == "depth_first") {
    return c.named(order_of(c.value, install_order::depth_first, c.names));
  }
  if (order != "most_shared") {
    throw invalid_request("unknown order \"" + order +
                          "\"; there are: levels, depth_first, most_shared");
  }
  if (!among) throw invalid_request("the order most_shared needs among=ReverseDependencies(...)");
  std::vector<std::uint64_t> priority;
  for (const package_id p : c.value.packages) {
    priority.push_back((*among)->index.solutions_with(p).size());
  }
  return c.named(order_by_priority(c.value, priority, c.names));
}

void bind_reverse(py::module_& module) {
  py::class_<py_reverse, std::shared_ptr<py_reverse>> type(
      module, "ReverseDependencies",
      R"(Who needs a package, over many solutions.

Made once from results of one universe; a question is then a lookup.)");
  refuse_pickling(as_immutable(type), "make it again, from results");
  type.def(py::init(&reverse_of), py::arg("results"))
      .def(
          "targets_with",
          [](const py_reverse& r, const one_name& package) {
            names_list names;
            for (const std::uint32_t s : r.in_rows(r.index.closures, package)) {
              names.push_back(r.repo.full_name(r.targets[s]));
            }
            return names;
          },
          py::arg("package"),
          "The targets whose closure holds NAME.VERSION, or NAME in any version; what is named is "
          "among "
          "them if it is a target, and not in `opamplan revdeps`.")
      .def(
          "dependents",
          [](const py_reverse& r, const one_name& package) {
            names_list names;
            for (const std::uint32_t p : r.in_rows(r.index.dependents, package)) {
              names.push_back(r.repo.full_name(package_id{p}));
            }
            return names;
          },
          py::arg("package"),
          "The packages that depend on NAME.VERSION, or on NAME, directly in some closure.")
      .def(
          "counts",
          [](const py_reverse& r) {
            std::map<std::string, std::size_t> counts;
            for (const package_id p : r.repo.packages()) {
              const std::size_t n = r.index.solutions_with(p).size();
              if (n != 0) counts.emplace(r.repo.full_name(p), n);
            }
            return counts;
          },
          "For each package in some closure, how many closures hold it, its own among them; "
          "`opamplan revdeps` counts the others.")
      .def("__repr__", [](const py_reverse& r) {
        return "<ReverseDependencies over " + counted(r.targets.size(), "solution") + ">";
      });
}

/// What results have of their closures.
void bind_cycle() {
  class_of<py_result, std::shared_ptr<py_result>>()
      .def_property_readonly(
          "cycle", [](const py_result& r) { return full_names(r.in, build_cycle(r.solution())); },
          "A cycle of build dependencies, each needs the next and the last the first: opam refuses "
          "them, and no plan can hold the target. Empty if there is none, as nearly always.")
      .def_property_readonly(
          "cycle_reason",
          [](const py_result& r) {
            const auto names = full_names(r.in, build_cycle(r.solution()));
            return names.empty() ? std::string() : cycle_reason(names);
          },
          "What is wrong if there is a `cycle`, as the end of a sentence; empty if there is none.");
}

}  // namespace

void bind_closure(py::module_& module) {
  register_error<cyclic_dependencies, cyclic_dependencies_name>(
      [](py::object&, const cyclic_dependencies&) {});
  bind_reverse(module);
  bind_cycle();
  module.def(
      "deps_json",
      [](const std::shared_ptr<py_result>& r) {
        const auto c = acyclic_closure_of(*r);
        return deps_json(c.value, c.names);
      },
      py::arg("solution"), "The transitive reduction of the closure, as package-tool prints it.");
  module.def("install_order", &install_order_of, py::arg("solution"), py::arg("order") = "levels",
             py::arg("among") = py::none(), R"(The closure in install order.

``levels``: level by level, as package-tool; ``depth_first``: each package as late as possible;
``most_shared``: of what can be installed, what most closures of ``among`` hold.)");
  module.def(
      "dependency_paths",
      [](const std::shared_ptr<py_result>& r, const one_name& to, std::size_t limit) {
        const auto c = closure_of_result(*r);
        std::vector<names_list> out;
        for (const auto& p : paths(c.value.dependencies, c.value.target, c.position(to), limit)) {
          out.push_back(c.named(p));
        }
        return out;
      },
      py::arg("solution"), py::arg("to"), py::arg("limit") = 100,
      "The paths of dependencies from the target to a package of its closure, the first `limit`.");
  module.def(
      "dot",
      [](const std::shared_ptr<py_result>& r) {
        const auto c = acyclic_closure_of(*r);
        return dot(c.value, c.names);
      },
      py::arg("solution"), "The closure for Graphviz.");
}

}  // namespace opamplan::python
