/// \file
/// Edges of a solution: what each selected package requires, expanded to what was selected.
#pragma once

#include <algorithm>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/solve/extract.hpp"

namespace opamplan {
OPAMPLAN_INLINE solution extract_solution(const universe_tables& tables,
                                          std::span<const candidate_id> selected, package_id target,
                                          role_id root_role) {
  // The selected candidate of a role, by binary search: a solution is small, the universe is not.
  struct entry {
    role_id role;
    candidate_id candidate;
    std::uint32_t position;  // in `packages`
  };
  std::vector<entry> by_role;
  by_role.reserve(selected.size());
  for (const candidate_id c : selected) {
    by_role.push_back({tables.candidate_roles[c], c, 0});
  }
  std::sort(by_role.begin(), by_role.end(),
            [](const entry& a, const entry& b) { return a.role < b.role; });

  solution result;
  result.target = target;
  // Roles of names ascend as names do, so packages come out ascending.
  for (entry& e : by_role) {
    const package_id p = tables.candidate_packages[e.candidate];
    if (p == package_id::none) continue;
    e.position = static_cast<std::uint32_t>(result.packages.size());
    result.packages.push_back(p);
  }
  const auto find = [&](role_id role) -> const entry* {
    const auto it = std::lower_bound(by_role.begin(), by_role.end(), role,
                                     [](const entry& e, role_id r) { return e.role < r; });
    return it != by_role.end() && it->role == role ? &*it : nullptr;
  };

  std::vector<std::uint32_t>& row = result.dependencies.values;
  std::vector<std::uint32_t>& post_row = result.post_dependencies.values;
  for (const entry& e : by_role) {
    if (tables.candidate_packages[e.candidate] == package_id::none) continue;
    const auto post_only = tables.post_only_names[e.candidate];
    const auto add_rules = [&](const auto& self, candidate_id c) -> void {
      const bool root = tables.candidate_roles[c] == root_role;
      for (const choice_id s : root ? tables.root_required[c] : tables.required[c]) {
        const role_id role = tables.choices[s].role;
        const entry* const needed = find(role);
        if (needed == nullptr) continue;
        if (tables.candidate_packages[needed->candidate] == package_id::none) {
          self(self, needed->candidate);
        } else if (std::find(post_only.begin(), post_only.end(), name_id(role.value())) !=
                   post_only.end()) {
          post_row.push_back(needed->position);
        } else {
          row.push_back(needed->position);
        }
      }
    };
    add_rules(add_rules, e.candidate);
    for (const name_id name : tables.optional_names[e.candidate]) {
      const entry* const present = find(role_of(name));
      if (present != nullptr && present != &e) row.push_back(present->position);
    }
    result.dependencies.close_set();
    result.post_dependencies.close_set();
  }
  return result;
}

}  // namespace opamplan
