/// \file
/// Results and explanations as they travel, and what is made of them again.
#include "copies.hpp"

#include <algorithm>
#include <opamplan/repository/load.hpp>
#include <opamplan/solve/depexts.hpp>
#include <span>
#include <utility>

namespace opamplan::python {
namespace {

using names = std::vector<std::string>;

/// Some version of a name, where a name is all that is known.
std::string any_version(const std::string& name) { return name + ".0"; }

/// What is unpickled may have been made by anyone.
package_id known(const repository& in, const std::string& full_name) {
  const package_id id = in.find(full_name);
  if (id == package_id::none) throw py::value_error("\"" + full_name + "\" is no NAME.VERSION");
  return id;
}

name_id known_name(const repository& in, const std::string& name) {
  const name_id id = in.find_name(name);
  if (id == name_id::none) throw py::value_error("\"" + name + "\" is no name");
  return id;
}

neighbours rows_of(const adjacency& graph) {
  neighbours rows(graph.size());
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].assign(graph[i].begin(), graph[i].end());
  return rows;
}

adjacency graph_of(const neighbours& rows, std::size_t size) {
  if (rows.size() != size) throw py::value_error("a row of neighbours is missing");
  adjacency graph;
  for (const auto& row : rows) {
    for (const std::uint32_t target : row) {
      if (target >= size) throw py::value_error("a neighbour is no package");
    }
    graph.add_row(row);
  }
  return graph;
}

fact fact_in(const repository& in, const fact_state& state) {
  fact f;
  std::uint8_t kind = 0;
  std::string package;
  std::tie(package, kind, f.field, f.other, f.names, f.text, f.path, f.line, f.column,
           f.impossible_alone, f.lacking) = state;
  f.what = static_cast<fact::kind>(kind);
  f.package = known(in, package);
  return f;
}

template <class State>
void add_packages(names& all, const std::vector<State>& facts) {
  for (const fact_state& f : facts) all.push_back(std::get<0>(f));
}

void add_packages(names& all, const explanation_state& e) {
  all.push_back(std::get<1>(e).value_or(any_version(std::get<0>(e))));
  add_packages(all, std::get<2>(e));
}

std::vector<fact> facts_in(const repository& in, const std::vector<fact_state>& states) {
  std::vector<fact> facts;
  for (const fact_state& f : states) facts.push_back(fact_in(in, f));
  return facts;
}

explanation explanation_in(const repository& in, const explanation_state& state) {
  const auto& [name, target, facts, sentences, cause, blockers, minimal] = state;
  return {known_name(in, name),
          target ? known(in, *target) : package_id::none,
          facts_in(in, facts),
          sentences,
          cause,
          blockers,
          minimal};
}

blocker_group group_in(const repository& in, const group_state& state) {
  const auto& [cause, blockers, targets] = state;
  blocker_group g{cause, blockers, {}};
  for (const std::string& target : targets) g.targets.push_back(known(in, target));
  return g;
}

blocker blocker_in(const repository& in, const blocker_state& state) {
  const auto& [name, blocked, unlocked, rules] = state;
  return {name, blocked, unlocked, facts_in(in, rules)};
}

std::vector<fact_state> states_of(const repository& in, const std::vector<fact>& facts) {
  std::vector<fact_state> states;
  for (const fact& f : facts) states.push_back(state_of(py_fact{in, f}));
  return states;
}

template <class Part, class Value>
auto parts_of(const repository& in, const std::vector<Value>& values) {
  std::vector<decltype(state_of(std::declval<Part>()))> states;
  for (const Value& v : values) states.push_back(state_of(Part{in, v}));
  return states;
}

}  // namespace

repository names_only(const std::vector<std::string>& full_names) {
  if (full_names.empty()) return {};
  memory_source from;
  for (const std::string& name : full_names)
    from.files.push_back({name, "opam-version: \"2.0\"\n"});
  std::sort(from.files.begin(), from.files.end(),
            [](const memory_file& a, const memory_file& b) { return a.path < b.path; });
  const auto same = [](const memory_file& a, const memory_file& b) { return a.path == b.path; };
  from.files.erase(std::unique(from.files.begin(), from.files.end(), same), from.files.end());
  load_options options;
  options.threads = 1;
  const std::vector<source> sources = {std::move(from)};
  return load_repository(std::span(sources), options);
}

result_state state_of(const py_result& r) {
  const auto name_of = [&](package_id p) { return r.in.full_name(p); };
  std::optional<std::string> target;
  if (r.result.target != package_id::none) target = name_of(r.result.target);
  names packages;
  neighbours dependencies;
  neighbours post_dependencies;
  if (r.result.solution) {
    for (const package_id p : r.solution().packages) packages.push_back(name_of(p));
    dependencies = rows_of(r.solution().dependencies);
    post_dependencies = rows_of(r.solution().post_dependencies);
  }
  return {static_cast<std::uint8_t>(r.result.status),
          r.name(),
          std::move(target),
          std::move(packages),
          std::move(dependencies),
          std::move(post_dependencies),
          r.result.solution ? r.depexts() : names()};
}

std::shared_ptr<py_result> result_from(const result_state& state) {
  const auto& [status, name, target, packages, dependencies, post_dependencies, depexts] = state;
  names all = packages;
  all.push_back(target.value_or(any_version(name)));
  auto made = std::make_shared<py_result>(py_result{names_only(all), nullptr, {}, depexts});
  solve_result& result = made->result;
  result.name = known_name(made->in, name);
  if (status > static_cast<std::uint8_t>(solve_status::gave_up)) {
    throw py::value_error("this is no status");
  }
  result.status = static_cast<solve_status>(status);
  if (target) result.target = known(made->in, *target);
  if (result.status != solve_status::solution) return made;
  solution s;
  s.target = result.target;
  for (const std::string& package : packages) s.packages.push_back(known(made->in, package));
  if (!std::is_sorted(s.packages.begin(), s.packages.end()) ||
      !std::binary_search(s.packages.begin(), s.packages.end(), s.target)) {
    throw py::value_error("the packages of a solution ascend, and its target is one of them");
  }
  s.dependencies = graph_of(dependencies, packages.size());
  s.post_dependencies = graph_of(post_dependencies, packages.size());
  result.solution = std::move(s);
  return made;
}

fact_state state_of(const py_fact& f) {
  const fact& v = f.value;
  return {f.in.full_name(v.package),
          static_cast<std::uint8_t>(v.what),
          v.field,
          v.other,
          v.names,
          v.text,
          v.path,
          v.line,
          v.column,
          v.impossible_alone,
          v.lacking};
}

py_fact fact_from(const fact_state& state) {
  repository in = names_only({std::get<0>(state)});
  fact value = fact_in(in, state);
  return {std::move(in), std::move(value)};
}

explanation_state state_of(const py_explanation& e) {
  const explanation& v = e.value;
  std::optional<std::string> target;
  if (v.target != package_id::none) target = e.in.full_name(v.target);
  return {e.in.names()[v.name], std::move(target), states_of(e.in, v.facts), v.sentences, v.cause,
          v.blockers,           v.minimal};
}

py_explanation explanation_from(const explanation_state& state) {
  names all;
  add_packages(all, state);
  repository in = names_only(all);
  explanation value = explanation_in(in, state);
  return {std::move(in), std::move(value)};
}

group_state state_of(const py_blocker_group& g) {
  return {g.value.cause, g.value.blockers, full_names(g.in, g.value.targets)};
}

py_blocker_group group_from(const group_state& state) {
  repository in = names_only(std::get<2>(state));
  blocker_group value = group_in(in, state);
  return {std::move(in), std::move(value)};
}

blocker_state state_of(const py_blocker& b) {
  return {b.value.name, b.value.blocked, b.value.unlocked, states_of(b.in, b.value.rules)};
}

py_blocker blocker_from(const blocker_state& state) {
  names all;
  add_packages(all, std::get<3>(state));
  repository in = names_only(all);
  blocker value = blocker_in(in, state);
  return {std::move(in), std::move(value)};
}

report_state state_of(const py_blocker_report& r) {
  return {parts_of<py_explanation>(r.in, r.value.explanations),
          parts_of<py_blocker_group>(r.in, r.value.groups),
          parts_of<py_blocker>(r.in, r.value.blockers)};
}

py_blocker_report report_from(const report_state& state) {
  const auto& [explanations, groups, blockers] = state;
  names all;
  for (const explanation_state& e : explanations) add_packages(all, e);
  for (const group_state& g : groups) {
    all.insert(all.end(), std::get<2>(g).begin(), std::get<2>(g).end());
  }
  for (const blocker_state& b : blockers) add_packages(all, std::get<3>(b));
  py_blocker_report r{names_only(all), {}};
  for (const auto& e : explanations) r.value.explanations.push_back(explanation_in(r.in, e));
  for (const auto& g : groups) r.value.groups.push_back(group_in(r.in, g));
  for (const auto& b : blockers) r.value.blockers.push_back(blocker_in(r.in, b));
  return r;
}

}  // namespace opamplan::python
