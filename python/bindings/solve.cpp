/// \file
/// The Python side of the solve room: universes, solutions, explanations.
#include <pybind11/stl.h>

#include <algorithm>
#include <chrono>
#include <opamplan/package/atom_text.hpp>
#include <opamplan/package/opam_file.hpp>
#include <opamplan/package/version.hpp>
#include <opamplan/repository/names.hpp>
#include <opamplan/solve/check.hpp>
#include <opamplan/solve/depexts.hpp>
#include <opamplan/solve/explain.hpp>
#include <opamplan/solve/json.hpp>
#include <opamplan/solve/newest.hpp>
#include <opamplan/solve/reasons.hpp>
#include <opamplan/solve/solver.hpp>
#include <opamplan/solve/universe.hpp>

#include "bindings.hpp"
#include "copies.hpp"
#include "progress.hpp"
#include "repository.hpp"
#include "solve.hpp"
#include "solve_explain.hpp"
#include "value.hpp"

namespace opamplan::python {
namespace {

std::vector<package_atom> parse_atoms(const std::vector<std::string>& texts) {
  std::vector<package_atom> atoms;
  for (const std::string& text : texts) atoms.push_back(parse_atom(text));
  return atoms;
}

package_id selected_version(const py_result& r, const std::string& text) {
  const repository& repo = r.in;
  const package_request wanted = find_request(repo, text);
  for (const package_id p : r.solution().packages) {
    const bool same =
        wanted.package == package_id::none ? repo.name_of(p) == wanted.name : p == wanted.package;
    if (same) return p;
  }
  return package_id::none;
}

std::vector<package_id> path_ids(const py_result& r, const std::string& text) {
  const package_id p = selected_version(r, text);
  return p == package_id::none ? std::vector<package_id>() : path_to(r.solution(), p);
}

std::vector<py_fact> path_facts(const py_result& r, const one_name& text) {
  const universe& u = r.whole().universe;
  const std::vector<package_id> path = path_ids(r, text);
  std::vector<py_fact> out;
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    out.push_back({u.repository(), edge_fact(u, r.solution(), path[i], path[i + 1])});
  }
  return out;
}

avoid_rule parse_avoid_rule(const std::string& text) {
  if (text == "batch") return avoid_rule::batch;
  if (text == "opam") return avoid_rule::opam;
  throw invalid_request("avoid_version is \"" + text + "\"; it may be \"batch\" or \"opam\"");
}

/// Of a name: why not the newest version that may be selected.
std::optional<py_explanation> why_not(const py_result& r, const one_name& text) {
  const universe& u = r.whole().universe;
  package_request wanted = find_request(u.repository(), text);
  if (wanted.package == package_id::none) {
    for (const package_id p : u.repository().versions(wanted.name)) {
      if (u.is_candidate(p)) wanted.package = p;
    }
    if (wanted.package == package_id::none) {
      wanted.package = u.latest(wanted.name);
      if (wanted.package == package_id::none) {
        const auto all = u.repository().versions(wanted.name);
        wanted.package = all[all.size() - 1];
      }
    }
  }
  const auto& selected = r.solution().packages;
  if (std::binary_search(selected.begin(), selected.end(), wanted.package)) return std::nullopt;
  const solution& s = r.solution();
  const py::gil_scoped_release release;
  return py_explanation{u.repository(),
                        explain_choice(u, s, wanted.package, with_signals(r.universe->options))};
}

py_explanation explain_request(const py_universe& u, const package_request& w) {
  const py::gil_scoped_release release;
  const solve_options options = with_signals(u.options);
  return {u.universe.repository(), w.package == package_id::none
                                       ? explain(u.universe, w.name, options)
                                       : explain(u.universe, w.package, options)};
}

std::vector<package_request> find_requests(const repository& repo,
                                           const std::vector<std::string>& texts) {
  std::vector<package_request> requests;
  for (const std::string& text : texts) requests.push_back(find_request(repo, text));
  return requests;
}

/// NAME.VERSION with how many packages were selected, or the status.
std::string headline(const py_result& r) {
  const std::string what =
      r.result.target == package_id::none ? r.name() : r.in.full_name(r.result.target);
  return what + ": " +
         (r.result.solution ? counted(r.result.solution->packages.size(), "package")
                            : std::string(to_string(r.result.status)));
}

using edge_dict = py::typing::Dict<py::str, py::typing::List<py::str>>;

edge_dict edges_of(const py_result& r, const adjacency& graph) {
  const auto names = full_names(r.in, r.solution().packages);
  edge_dict d;
  for (std::size_t i = 0; i < names.size(); ++i) {
    py::list row;
    for (const std::uint32_t t : graph[i]) row.append(names[t]);
    d[py::str(names[i])] = row;
  }
  return d;
}

void bind_solution(py::module_& module) {
  py::class_<py_result, std::shared_ptr<py_result>> type(module, "SolveResult",
                                                         R"(The answer to one request.

``status`` is ``solution``, ``no_solution``, ``unavailable`` or ``gave_up``; true in a condition
exactly if there is a solution. Iterates over the selected packages. Equal if the answer is: the
same packages with the same dependencies, or the same status. A pickled one leaves its universe
behind: the copy has what was found, and neither explains nor is planned.)");
  as_immutable(compare_by(type, [](const py_result& r) { return result_key(r); }))
      .def(py::pickle([](const py_result& r) { return state_of(r); }, &result_from))
      .def_property_readonly(
          "status", [](const py_result& r) { return to_string(r.result.status); },
          "``solution``, ``no_solution``, ``unavailable`` or ``gave_up``.")
      .def_property_readonly(
          "package", [](const py_result& r) { return r.name(); }, "The name asked for.")
      .def_property_readonly(
          "target",
          [](const py_result& r) -> std::optional<std::string> {
            if (r.result.target == package_id::none) return std::nullopt;
            return r.in.full_name(r.result.target);
          },
          "The version asked for or found, as NAME.VERSION.")
      .def_property_readonly(
          "packages", [](const py_result& r) { return full_names(r.in, r.solution().packages); },
          "Every selected package, ascending.")
      .def_property_readonly(
          "dependencies", [](const py_result& r) { return edges_of(r, r.solution().dependencies); },
          "For each selected package, what must be installed before it.")
      .def_property_readonly(
          "post_dependencies",
          [](const py_result& r) { return edges_of(r, r.solution().post_dependencies); },
          "For each selected package, what it needs only at run time; may close cycles.")
      .def_property_readonly(
          "depexts", [](const py_result& r) { return r.depexts(); },
          "The system packages that the selected packages need in the environment.")
      .def_property_readonly(
          "explanation",
          [](const py_result& r) -> std::optional<py_explanation> {
            if (r.result.status != solve_status::no_solution &&
                r.result.status != solve_status::unavailable) {
              return std::nullopt;
            }
            return explain_request(r.whole(), {r.result.name, r.result.target});
          },
          "Why there is no solution; None if there is one, or if the request was given up.")
      .def(
          "why",
          [](const py_result& r, const one_name& package) {
            return full_names(r.in, path_ids(r, package));
          },
          py::arg("package"),
          "The path of dependencies from the target to NAME or NAME.VERSION; empty if it is not "
          "selected, or only because it was asked for.")
      .def("why_facts", &path_facts, py::arg("package"), "What makes each step of that path.")
      .def("why_not", &why_not, py::arg("package"),
           "What excludes NAME.VERSION, or the newest version of NAME: an Explanation, or None if "
           "it is selected.")
      .def(
          "broken_rules",
          [](const py_result& r) {
            // A target's own version overrides what the options say of its name.
            const universe& u = r.whole().universe;
            return broken_rules(u, r.solution(),
                                options_for(u, r.universe->options, r.solution().target));
          },
          "Rules that the solution breaks, by an independent reading of the files; empty.")
      .def(
          "to_json", [](const py_result& r) { return to_json(r.in, r.result); },
          "One line of JSON.")
      .def("__bool__", [](const py_result& r) { return r.result.solution.has_value(); })
      .def("__len__",
           [](const py_result& r) {
             return r.result.solution ? r.result.solution->packages.size() : 0;
           })
      .def("__iter__",
           [](const py_result& r) -> iterator_of<py::str> {
             if (!r.result.solution) return py::iter(py::tuple());
             return py::iter(py::cast(full_names(r.in, r.solution().packages)));
           })
      .def(
          "__contains__",
          [](const py_result& r, const std::string& package) {
            const repository& repo = r.in;
            if (!r.result.solution) return false;
            if (repo.find_name(package) == name_id::none &&
                repo.find(package) == package_id::none) {
              return false;
            }
            return selected_version(r, package) != package_id::none;
          },
          py::arg("package"), "NAME or NAME.VERSION.")
      .def(
          "__getitem__",
          [](const py_result& r, const std::string& name) {
            const repository& repo = r.in;
            const name_id id = repo.find_name(name);
            for (const package_id p : r.solution().packages) {
              if (repo.name_of(p) == id) return version(std::string(repo.version_string(p)));
            }
            throw py::key_error(name);
          },
          py::arg("name"), "The version selected of a name.")
      .def(
          "__str__",
          [](const py_result& r) {
            std::string out = headline(r);
            if (r.result.solution) {
              for (const std::string& p : full_names(r.in, r.solution().packages)) {
                out += "\n  " + p;
              }
            } else if (r.universe && r.result.status != solve_status::gave_up) {
              const package_request asked{r.result.name, r.result.target};
              for (const std::string& s : explain_request(*r.universe, asked).value.sentences) {
                out += "\n  " + s;
              }
            }
            return out;
          },
          "The selected packages, a line each, or why there are none.")
      .def("__repr__", [](const py_result& r) { return "<SolveResult of " + headline(r) + ">"; });
}

void bind_targets_touched(py::module_& module) {
  module.def(
      "_targets_touched",
      [](const std::shared_ptr<py_universe>& before, const std::shared_ptr<py_universe>& after) {
        check_comparable(before->universe, before->options, after->universe, after->options);
        touched_targets found;
        {
          py::gil_scoped_release release;
          found = targets_touched(before->universe, after->universe, after->options);
        }
        return std::pair(full_names(before->universe.repository(), found.before),
                         full_names(after->universe.repository(), found.after));
      },
      py::arg("before"), py::arg("after"),
      "The available versions of both whose results may differ between them.");
}

}  // namespace

void bind_solve(py::module_& module) {
  bind_solve_explanations(module);
  bind_solution(module);
  py::class_<py_universe, std::shared_ptr<py_universe>> type(
      module, "Universe", R"(A repository evaluated for one environment.

``require`` is selected in every solution, ``constraints`` hold where a name is selected; both are
texts such as ``"ocaml = 5.3.0"``. ``ocaml`` is short for that root together with the variable
``ocaml:version``. ``avoid_version`` is the rule for a name of which every available version has
the flag avoid-version: ``"batch"``, none may be selected, as in the batch tool on opam-0install;
``"opam"``, one is when there is nothing else. A request ends as ``gave_up`` after
``conflict_limit`` conflicts, or ``time_limit`` seconds (0: none). ``threads``: how many evaluate it
(0: one a core). ``previous``: another universe, from which what both have in common is taken, not
evaluated again: several times as fast for a further environment of the same repository. The answers
do not depend on it, and nothing of it is kept. Immutable; may be shared between threads.)");
  refuse_pickling(as_immutable(type), "make it again from its repository; results are pickled");
  type.def(py::init([](const repository& repo, environment env, const std::string& ocaml,
                       const std::vector<std::string>& require,
                       const std::vector<std::string>& constraints, bool with_test, bool with_doc,
                       bool prefer_oldest, const std::string& avoid_version,
                       std::uint64_t conflict_limit, double time_limit, unsigned threads,
                       const progress_argument& progress, const py_universe* previous) {
             universe_options options;
             options.threads = threads;
             options.avoid_version = parse_avoid_rule(avoid_version);
             options.root_dependencies.with_test = with_test;
             options.root_dependencies.with_doc = with_doc;
             options.prefer_oldest = prefer_oldest;
             solve_options solve;
             solve.conflict_limit = conflict_limit;
             if (!(time_limit >= 0)) throw invalid_request("time_limit must not be negative");
             solve.time_limit = std::chrono::duration<double>(time_limit);
             if (!ocaml.empty()) {
               env = with_ocaml(std::move(env), ocaml);
               if (repo.find_name("ocaml") != name_id::none) {
                 static_cast<void>(require_version(repo, "ocaml", ocaml));
                 solve.roots.push_back(parse_atom("ocaml = " + ocaml));
               }
             }
             for (package_atom& a : parse_atoms(require)) solve.roots.push_back(std::move(a));
             solve.constraints = parse_atoms(constraints);
             return run_with_progress(progress, [&](const progress_callback& report) {
               options.progress = report;
               universe u = previous == nullptr
                                ? make_universe(repo, env, options)
                                : make_universe(repo, env, options, previous->universe);
               // Unknown names are an error here, not at the first request.
               static_cast<void>(sat_core_options(u, solve));
               return std::make_shared<py_universe>(std::move(u), std::move(solve));
             });
           }),
           py::arg("repository"), py::arg("environment"), py::arg("ocaml") = "",
           py::arg("require") = std::vector<std::string>(),
           py::arg("constraints") = std::vector<std::string>(), py::arg("with_test") = false,
           py::arg("with_doc") = false, py::arg("prefer_oldest") = false,
           py::arg("avoid_version") = "batch", py::arg("conflict_limit") = 200'000,
           py::arg("time_limit") = 0.0, py::arg("threads") = 0, py::arg("progress") = py::none(),
           py::arg("previous") = static_cast<const py_universe*>(nullptr))
      .def_property_readonly(
          "repository", [](const py_universe& u) { return u.universe.repository(); },
          "What it was made of.")
      .def_property_readonly(
          "environment", [](const py_universe& u) { return u.universe.environment(); },
          "What its packages were evaluated for.")
      .def(
          "with_repository",
          [](const py_universe& u, const repository& repo, const progress_argument& progress) {
            return run_with_progress(progress, [&](const progress_callback& report) {
              universe made = u.universe.with_repository(repo, report);
              static_cast<void>(sat_core_options(made, u.options));
              return std::make_shared<py_universe>(std::move(made), u.options);
            });
          },
          py::arg("repository"), py::arg("progress") = py::none(),
          R"(The same environment and options in another repository.

What the two have in common is not evaluated again, which makes it several times as fast for one that
was read with ``Repository.open(previous=...)``. The answers are those of a new universe.)")
      .def(
          "latest",
          [](const py_universe& u) {
            return full_names(u.universe.repository(), u.universe.latest());
          },
          "The latest available version of every name, avoid-version ones included.")
      .def(
          "available",
          [](const py_universe& u) {
            return full_names(u.universe.repository(), u.universe.available_packages());
          },
          "Every available version.")
      .def(
          "solve",
          [](const std::shared_ptr<py_universe>& u, const one_name& target) {
            const package_request w = find_request(u->universe.repository(), target);
            py::gil_scoped_release release;
            return std::make_shared<py_result>(py_result{u->universe.repository(), u,
                                                         w.package == package_id::none
                                                             ? u->solvers.solve(w.name)
                                                             : u->solvers.solve(w.package)});
          },
          py::arg("target"),
          "Solve for NAME.VERSION, or for NAME in any version, the newest possible.")
      .def(
          "solve_all",
          [](const std::shared_ptr<py_universe>& u,
             const std::optional<std::vector<std::string>>& targets, unsigned threads,
             const progress_argument& progress) {
            std::vector<package_request> requests;
            if (targets) requests = find_requests(u->universe.repository(), *targets);
            solve_summary summary =
                run_with_progress(progress, [&](const progress_callback& report) {
                  solve_options options = u->options;
                  options.progress = report;
                  options.threads = threads;
                  return targets ? solve_all(u->universe, requests, options)
                                 : solve_all(u->universe, options);
                });
            std::vector<std::shared_ptr<py_result>> results;
            results.reserve(summary.results.size());
            for (solve_result& r : summary.results) {
              results.push_back(std::make_shared<py_result>(
                  py_result{u->universe.repository(), u, std::move(r)}));
            }
            return results;
          },
          py::arg("targets") = py::none(), py::arg("threads") = 0, py::arg("progress") = py::none(),
          "Solve many targets on all cores, each as `solve` does: NAME.VERSION, or NAME in any "
          "version, the newest possible. Without targets: the newest available version of every "
          "name alone. A name without an available version is `unavailable`.")
      .def(
          "explain",
          [](const py_universe& u, const one_name& target) {
            return explain_request(u, find_request(u.universe.repository(), target));
          },
          py::arg("target"),
          "Why NAME.VERSION, or any version of NAME, has no solution. Raises InvalidRequest if it "
          "has one.")
      .def(
          "blockers",
          [](const py_universe& u, const std::optional<std::vector<std::string>>& targets,
             unsigned threads, const progress_argument& progress) {
            std::vector<package_request> requests;
            if (targets) requests = find_requests(u.universe.repository(), *targets);
            return run_with_progress(progress, [&](const progress_callback& report) {
              solve_options options = u.options;
              options.progress = report;
              options.threads = threads;
              return py_blocker_report{
                  u.universe.repository(),
                  targets ? find_blockers(u.universe, requests, options)
                          : find_blockers(u.universe, u.universe.latest(), options)};
            });
          },
          py::arg("targets") = py::none(), py::arg("threads") = 0, py::arg("progress") = py::none(),
          "Group all targets without a solution by cause, and say what lifting each name's "
          "impossible "
          "rules would unlock. A NAME is blocked if no version of it has a solution; its newest is "
          "then "
          "explained. Without targets: the newest available versions.")
      .def("__repr__", [](const py_universe& u) {
        const variable_value* v = u.universe.environment().get("ocaml:version");
        return "<Universe of " +
               counted(u.universe.available_packages().size(), "available version") + ", " +
               (v != nullptr ? "OCaml " + to_string(*v) : std::string("any OCaml")) + ">";
      });
  bind_targets_touched(module);
}

}  // namespace opamplan::python
