/// \file
/// The Python side of the solve room: universes, solutions, explanations.
#include <pybind11/stl.h>

#include <algorithm>
#include <opamplan/package/opam_file.hpp>
#include <opamplan/solve/check.hpp>
#include <opamplan/solve/explain.hpp>
#include <opamplan/solve/json.hpp>
#include <opamplan/solve/solver.hpp>
#include <opamplan/solve/universe.hpp>
#include <opamplan/syntax/parser.hpp>

#include "bindings.hpp"
#include "progress.hpp"
#include "solve.hpp"

namespace opamplan::python {
namespace {

/// "ocaml = 5.3.0", "dune >= 3 & < 4", or just a name.
package_atom parse_atom(const std::string& text) {
  const std::size_t end = text.find_first_of(" =<>!.");
  package_atom atom;
  atom.name = text.substr(0, end);
  if (end == std::string::npos) return atom;
  std::string rest = text.substr(end);
  if (rest.front() == '.') rest = "= " + rest.substr(1);
  // Versions may be bare here; opam's language wants them quoted.
  std::string quoted;
  for (std::size_t i = 0; i < rest.size();) {
    const bool word = std::isalnum(static_cast<unsigned char>(rest[i])) != 0 || rest[i] == '~' ||
                      rest[i] == '.' || rest[i] == '_' || rest[i] == '+' || rest[i] == '-';
    if (!word) {
      quoted += rest[i++];
      continue;
    }
    const std::size_t begin = i;
    while (i < rest.size() && std::string(" &|()<>=!\"").find(rest[i]) == std::string::npos) ++i;
    quoted += "\"" + rest.substr(begin, i - begin) + "\"";
  }
  const syntax::file file =
      syntax::parse("depends: [\"" + atom.name + "\" {" + quoted + "}]", text);
  const package_formula f =
      evaluate_depends(read_depends(file), environment(), atom.name, "", dependency_context());
  if (!f.is_atom()) throw invalid_request("\"" + text + "\" is not a package with a constraint");
  return f.atom;
}

std::vector<package_atom> parse_atoms(const std::vector<std::string>& texts) {
  std::vector<package_atom> atoms;
  for (const std::string& text : texts) atoms.push_back(parse_atom(text));
  return atoms;
}

record fact_dict(const repository& repo, const fact& f) {
  record d;
  d["kind"] = f.what == fact::kind::needs       ? "needs"
              : f.what == fact::kind::conflicts ? "conflicts"
                                                : "conflict-class";
  d["package"] = repo.full_name(f.package);
  d["field"] = f.field;
  d["about"] = f.other;
  d["text"] = f.text;
  d["path"] = f.path;
  d["line"] = f.line;
  d["column"] = f.column;
  d["impossible_alone"] = f.impossible_alone;
  return d;
}

record explanation_dict(const repository& repo, const explanation& e) {
  record d;
  d["package"] = repo.names()[to_index(e.name)];
  d["target"] =
      e.target == no_package ? py::object(py::none()) : py::cast(repo.full_name(e.target));
  d["cause"] = e.cause;
  d["blockers"] = e.blockers;
  d["sentences"] = e.sentences;
  py::list facts;
  for (const fact& f : e.facts) facts.append(fact_dict(repo, f));
  d["facts"] = facts;
  return d;
}

/// `NAME` or `NAME.VERSION`.
struct wanted {
  name_id name = no_name;
  package_id package = no_package;
};

wanted find_target(const repository& repo, const std::string& text) {
  wanted w;
  w.name = repo.find_name(text);
  if (w.name != no_name) return w;
  w.package = repo.find(text);
  if (w.package != no_package) {
    w.name = repo.name_of(w.package);
    return w;
  }
  const std::string name = text.substr(0, text.find('.'));
  if (repo.find_name(name) == no_name) {
    throw invalid_request("no package is named \"" + name + "\" in this repository");
  }
  throw invalid_request("there is no version " + text + "; the newest is " +
                        repo.full_name(package_id{static_cast<std::uint32_t>(
                            to_index(repo.versions(repo.find_name(name)).last) - 1)}));
}

std::vector<std::string> full_names(const repository& repo, const std::vector<package_id>& ids) {
  std::vector<std::string> names;
  names.reserve(ids.size());
  for (const package_id id : ids) names.push_back(repo.full_name(id));
  return names;
}

std::vector<std::string> path_to(const py_result& r, const std::string& name) {
  const solution& s = r.solution();
  const repository& repo = r.universe->universe.repository();
  const auto root = static_cast<std::uint32_t>(
      std::lower_bound(s.packages.begin(), s.packages.end(), s.target) - s.packages.begin());
  std::vector<std::uint32_t> before(s.packages.size(), 0xffffffffU);
  std::vector<std::uint32_t> queue{root};
  before[root] = root;
  for (std::size_t i = 0; i < queue.size(); ++i) {
    const std::uint32_t v = queue[i];
    if (repo.name_string(s.packages[v]) == name) {
      std::vector<std::string> path;
      for (std::uint32_t at = v;; at = before[at]) {
        path.push_back(repo.full_name(s.packages[at]));
        if (at == root) break;
      }
      std::reverse(path.begin(), path.end());
      return path;
    }
    for (const adjacency* graph : {&s.dependencies, &s.post_dependencies}) {
      for (const std::uint32_t d : (*graph)[v]) {
        if (before[d] != 0xffffffffU) continue;
        before[d] = v;
        queue.push_back(d);
      }
    }
  }
  return {};
}

/// Why not `newer`: the target with exactly that version has no solution, and this is why.
py::object why_not(const py_result& r, const std::string& newer) {
  const universe& u = r.universe->universe;
  const package_id id = u.repository().find(newer);
  if (id == no_package) throw invalid_request("no package \"" + newer + "\"");
  solve_options options = r.universe->options;
  package_atom forced;
  forced.name = u.repository().name_string(id);
  forced.constraint =
      version_formula::of({relop::eq, std::string(u.repository().version_string(id))});
  options.roots.push_back(forced);
  if (!u.is_candidate(id)) return explanation_dict(u.repository(), explain(u, id, options));
  if (solver(u, options).solve(r.solution().target).status == solve_status::solution) {
    return py::none();
  }
  return explanation_dict(u.repository(), explain(u, r.solution().target, options));
}

void bind_solution(py::module_& module) {
  py::class_<py_result, std::shared_ptr<py_result>>(module, "Solution",
                                                    R"(The answer to one request.

``status`` is ``solution``, ``no_solution``, ``unavailable`` or ``gave_up``; true in a condition
exactly if there is a solution. Iterates over the selected packages.)")
      .def_property_readonly("status",
                             [](const py_result& r) { return to_string(r.result.status); })
      .def_property_readonly(
          "package", [](const py_result& r) { return r.name(); }, "The name asked for.")
      .def_property_readonly(
          "target",
          [](const py_result& r) -> std::optional<std::string> {
            if (r.result.target == no_package) return std::nullopt;
            return r.universe->universe.repository().full_name(r.result.target);
          },
          "The version asked for or found, as NAME.VERSION.")
      .def_property_readonly(
          "packages",
          [](const py_result& r) {
            return full_names(r.universe->universe.repository(), r.solution().packages);
          },
          "Every selected package, ascending.")
      .def_property_readonly(
          "dependencies",
          [](const py_result& r) {
            const solution& s = r.solution();
            const auto names = full_names(r.universe->universe.repository(), s.packages);
            py::typing::Dict<py::str, py::typing::List<py::str>> d;
            for (std::size_t i = 0; i < names.size(); ++i) {
              py::list row;
              for (const std::uint32_t t : s.dependencies[i]) row.append(names[t]);
              d[py::str(names[i])] = row;
            }
            return d;
          },
          "For each selected package, what must be installed before it.")
      .def("why", &path_to, py::arg("name"),
           "The path of dependencies from the target to a selected package; empty if the target "
           "does not reach it.")
      .def("why_not", &why_not, py::arg("package"),
           "Why NAME.VERSION could not have been selected: an explanation as a dict, or None if it "
           "could (and another choice was preferred before).")
      .def(
          "broken_rules",
          [](const py_result& r) {
            // A target's own version overrides what the options say of its name.
            const universe& u = r.universe->universe;
            return broken_rules(u, r.solution(),
                                options_for(u, r.universe->options, r.solution().target));
          },
          "Rules that the solution breaks, by an independent reading of the files; empty.")
      .def(
          "to_json", [](const py_result& r) { return to_json(r.universe->universe, r.result); },
          "One line of JSON.")
      .def("__bool__", [](const py_result& r) { return r.result.solution.has_value(); })
      .def("__len__",
           [](const py_result& r) {
             return r.result.solution ? r.result.solution->packages.size() : 0;
           })
      .def("__iter__",
           [](const py_result& r) -> iterator_of<py::str> {
             return py::iter(
                 py::cast(full_names(r.universe->universe.repository(), r.solution().packages)));
           })
      .def("__contains__",
           [](const py_result& r, const std::string& package) {
             const package_id id = r.universe->universe.repository().find(package);
             const auto& all = r.solution().packages;
             return id != no_package && std::binary_search(all.begin(), all.end(), id);
           })
      .def("__repr__", [](const py_result& r) {
        const std::string what = r.result.target == no_package
                                     ? r.name()
                                     : r.universe->universe.repository().full_name(r.result.target);
        if (!r.result.solution) {
          return "<" + what + ": " + std::string(to_string(r.result.status)) + ">";
        }
        return "<Solution of " + what + ": " + std::to_string(r.result.solution->packages.size()) +
               " packages>";
      });
}

}  // namespace

void bind_solve(py::module_& module) {
  bind_solution(module);
  py::class_<py_universe, std::shared_ptr<py_universe>>(
      module, "Universe", R"(A repository evaluated for one environment.

``roots`` are selected in every solution, ``constraints`` hold where a name is selected; both are
texts such as ``"ocaml = 5.3.0"``. ``ocaml`` is short for that root together with the variable
``ocaml:version``. Immutable; may be shared between threads.)")
      .def(py::init([](const repository& repo, environment env, const std::string& ocaml,
                       const std::vector<std::string>& roots,
                       const std::vector<std::string>& constraints, bool with_test, bool with_doc,
                       bool prefer_oldest, std::uint64_t conflict_limit,
                       const py::object& progress) {
             universe_options options;
             options.root_dependencies.with_test = with_test;
             options.root_dependencies.with_doc = with_doc;
             options.prefer_oldest = prefer_oldest;
             solve_options solve;
             solve.conflict_limit = conflict_limit;
             if (!ocaml.empty()) {
               env = with_ocaml(std::move(env), ocaml);
               if (repo.find_name("ocaml") != no_name)
                 solve.roots.push_back(parse_atom("ocaml = " + ocaml));
             }
             for (package_atom& a : parse_atoms(roots)) solve.roots.push_back(std::move(a));
             solve.constraints = parse_atoms(constraints);
             return run_with_progress(progress, [&](const progress_callback& report) {
               options.progress = report;
               universe u = make_universe(repo, env, options);
               // Unknown names are an error here, not at the first request.
               static_cast<void>(sat_core_options(u, solve));
               return std::make_shared<py_universe>(py_universe{std::move(u), std::move(solve)});
             });
           }),
           py::arg("repository"), py::arg("environment"), py::arg("ocaml") = "",
           py::arg("roots") = std::vector<std::string>(),
           py::arg("constraints") = std::vector<std::string>(), py::arg("with_test") = false,
           py::arg("with_doc") = false, py::arg("prefer_oldest") = false,
           py::arg("conflict_limit") = 1'000'000, py::arg("progress") = py::none())
      .def_property_readonly("repository",
                             [](const py_universe& u) { return u.universe.repository(); })
      .def_property_readonly("environment",
                             [](const py_universe& u) { return u.universe.environment(); })
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
          [](const std::shared_ptr<py_universe>& u, const std::string& target) {
            const wanted w = find_target(u->universe.repository(), target);
            py::gil_scoped_release release;
            solver s(u->universe, u->options);
            return std::make_shared<py_result>(
                py_result{u, w.package == no_package ? s.solve(w.name) : s.solve(w.package)});
          },
          py::arg("target"),
          "Solve for NAME.VERSION, or for NAME in any version, the newest possible.")
      .def(
          "solve_all",
          [](const std::shared_ptr<py_universe>& u,
             const std::optional<std::vector<std::string>>& targets, unsigned threads,
             const py::object& progress) {
            std::vector<package_id> ids;
            if (targets) {
              for (const std::string& t : *targets) {
                const wanted w = find_target(u->universe.repository(), t);
                const package_id latest = u->universe.latest(w.name);
                if (w.package == no_package && latest == no_package) {
                  throw invalid_request("no version of " + t + " is available");
                }
                ids.push_back(w.package == no_package ? latest : w.package);
              }
            }
            solve_summary summary =
                run_with_progress(progress, [&](const progress_callback& report) {
                  solve_options options = u->options;
                  options.progress = report;
                  options.threads = threads;
                  return targets ? solve_all(u->universe, ids, options)
                                 : solve_all(u->universe, options);
                });
            std::vector<std::shared_ptr<py_result>> results;
            results.reserve(summary.results.size());
            for (solve_result& r : summary.results) {
              results.push_back(std::make_shared<py_result>(py_result{u, std::move(r)}));
            }
            return results;
          },
          py::arg("targets") = py::none(), py::arg("threads") = 0, py::arg("progress") = py::none(),
          "Solve many targets on all cores. Without targets: the latest available version of "
          "every name, and `unavailable` for names without one.")
      .def(
          "explain",
          [](const py_universe& u, const std::string& target) {
            const wanted w = find_target(u.universe.repository(), target);
            explanation e;
            {
              py::gil_scoped_release release;
              e = w.package == no_package ? explain(u.universe, w.name, u.options)
                                          : explain(u.universe, w.package, u.options);
            }
            return explanation_dict(u.universe.repository(), e);
          },
          py::arg("target"),
          "Why a target has no solution: a minimal set of facts, sentences and the cause.")
      .def(
          "blockers",
          [](const py_universe& u, const std::optional<std::vector<std::string>>& targets,
             const py::object& progress) {
            const repository& repo = u.universe.repository();
            std::vector<package_id> ids;
            if (targets) {
              for (const std::string& t : *targets) {
                const wanted w = find_target(repo, t);
                ids.push_back(w.package == no_package ? u.universe.latest(w.name) : w.package);
              }
              ids.erase(std::remove(ids.begin(), ids.end(), no_package), ids.end());
            } else {
              ids = u.universe.latest();
            }
            const blocker_report report =
                run_with_progress(progress, [&](const progress_callback& callback) {
                  solve_options options = u.options;
                  options.progress = callback;
                  return find_blockers(u.universe, ids, options);
                });
            record d;
            py::list groups;
            for (const blocker_group& g : report.groups) {
              py::dict group;
              group["cause"] = g.cause;
              group["blockers"] = g.blockers;
              group["targets"] = full_names(repo, g.targets);
              groups.append(group);
            }
            py::list blockers;
            for (const blocker& b : report.blockers) {
              py::dict one;
              one["name"] = b.name;
              one["blocked"] = b.blocked;
              one["unlocked"] = b.unlocked;
              py::list rules;
              for (const fact& f : b.rules) rules.append(fact_dict(repo, f));
              one["rules"] = rules;
              blockers.append(one);
            }
            d["unsolvable"] = report.explanations.size();
            d["groups"] = groups;
            d["blockers"] = blockers;
            return d;
          },
          py::arg("targets") = py::none(), py::arg("progress") = py::none(),
          "Group all unsolvable targets by cause, and say what lifting each name's impossible "
          "rules would unlock.")
      .def("__repr__", [](const py_universe& u) {
        return "<Universe of " + std::to_string(u.universe.available_packages().size()) +
               " available versions>";
      });
}

}  // namespace opamplan::python
