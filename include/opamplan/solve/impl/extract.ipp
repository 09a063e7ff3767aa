/// \file
/// Edges of a solution: what each selected package requires, expanded to what was selected.
#pragma once

#include <algorithm>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/solve/extract.hpp"

namespace opamplan {

OPAMPLAN_INLINE solution_extractor::solution_extractor(const universe_tables& tables)
    : tables_(tables),
      selected_(tables.roles.size(), candidate_id::none),
      positions_(tables.roles.size()) {}

OPAMPLAN_INLINE solution solution_extractor::extract(std::span<const candidate_id> selected,
                                                     package_id target, role_id root_role) {
  solution result;
  result.target = target;
  // Candidates ascend as roles do, and roles as names: packages come out ascending.
  order_.assign(selected.begin(), selected.end());
  std::sort(order_.begin(), order_.end());
  result.packages.reserve(order_.size());
  for (const candidate_id c : order_) {
    const role_id role = tables_.candidate_roles[c];
    selected_[role] = c;
    const package_id p = tables_.candidate_packages[c];
    if (p == package_id::none) continue;
    positions_[role] = static_cast<std::uint32_t>(result.packages.size());
    result.packages.push_back(p);
  }
  for (adjacency* const graph : {&dependencies_, &post_dependencies_}) {
    graph->offsets.resize(1);
    graph->values.clear();
  }
  for (const candidate_id c : order_) {
    if (tables_.candidate_packages[c] == package_id::none) continue;
    add_rules(c, root_role, tables_.post_only_names[c]);
    for (const name_id name : tables_.optional_names[c]) {
      const candidate_id present = selected_[role_of(name)];
      if (present == candidate_id::none || present == c) continue;
      dependencies_.values.push_back(positions_[role_of(name)]);
    }
    dependencies_.close_set();
    post_dependencies_.close_set();
  }
  for (const candidate_id c : order_) selected_[tables_.candidate_roles[c]] = candidate_id::none;
  result.dependencies = dependencies_;
  result.post_dependencies = post_dependencies_;
  return result;
}

// Of a candidate, and of the branches that were selected for it.
OPAMPLAN_INLINE void solution_extractor::add_rules(candidate_id c, role_id root_role,
                                                   std::span<const name_id> post_only) {
  const bool root = tables_.candidate_roles[c] == root_role;
  for (const choice_id s : root ? tables_.root_required[c] : tables_.required[c]) {
    const role_id role = tables_.choices[s].role;
    const candidate_id needed = selected_[role];
    if (needed == candidate_id::none) continue;
    if (tables_.candidate_packages[needed] == package_id::none) {
      add_rules(needed, root_role, post_only);
      continue;
    }
    const bool post =
        std::find(post_only.begin(), post_only.end(), name_id(role.value())) != post_only.end();
    (post ? post_dependencies_ : dependencies_).values.push_back(positions_[role]);
  }
}

}  // namespace opamplan
