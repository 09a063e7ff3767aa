/// \file
/// What a solution's closure falls into: the packages of each layer, and the layers they need.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "opamplan/base/bit_rows.hpp"
#include "opamplan/base/rows.hpp"
#include "opamplan/closure/closure.hpp"
#include "opamplan/solve/solution.hpp"

namespace opamplan::plan_impl {

/// The packages that opam installs in one go, by group: mostly one, several for a cycle through
/// post. Groups are numbered so that what one needs has smaller numbers.
struct layer_groups {
  flat_rows<package_id> packages;  ///< The head first, the others ascending.
  adjacency needs;                 ///< Numbers of groups, ascending.
  std::uint32_t target = 0;        ///< The group of the solution's target.
  bool switches = false;           ///< That one is built with its tests or documentation.

  [[nodiscard]] std::uint32_t size() const noexcept {
    return static_cast<std::uint32_t>(packages.size());
  }
  [[nodiscard]] bool for_target(std::uint32_t group) const noexcept {
    return switches && group == target;
  }
};

/// Puts the member first on which most others are built, that is, which they reach over build
/// dependencies; of equals the first by name. The others stay ascending. `members`: positions in
/// the closure `c` of `s`.
inline void put_head_first(const solution& s, const closure& c,
                           std::vector<std::uint32_t>& members) {
  adjacency within;                   // build dependencies among the members, which have no cycle
  std::vector<std::uint32_t> places;  // of the members in the solution
  for (const std::uint32_t m : members) {
    places.push_back(static_cast<std::uint32_t>(
        std::lower_bound(s.packages.begin(), s.packages.end(), c.packages[m]) -
        s.packages.begin()));
  }
  for (const std::uint32_t place : places) {
    const auto row = s.dependencies[place];
    for (std::uint32_t m = 0; m < places.size(); ++m) {
      if (std::binary_search(row.begin(), row.end(), places[m])) within.values.push_back(m);
    }
    within.close_row();
  }
  bit_rows dependents(members.size(), members.size());
  const std::vector<std::uint32_t> order = topological_order(within);
  for (auto v = order.rbegin(); v != order.rend(); ++v) {
    for (const std::uint32_t d : within[*v]) {
      dependents.add_row(d, *v);
      dependents.add(d, *v);
    }
  }
  std::size_t head = 0;
  for (std::size_t m = 1; m < members.size(); ++m) {
    if (dependents.count(m) > dependents.count(head)) head = m;
  }
  const auto at = members.begin() + static_cast<std::ptrdiff_t>(head);
  std::rotate(members.begin(), at, at + 1);
}

/// `switches`: targets are built with their tests or documentation, so they are other layers than
/// the same packages as dependencies.
[[nodiscard]] inline layer_groups groups_of(const solution& s, bool switches) {
  const closure c = closure_of(s, closure_edges::build_and_post);
  condensation components = condense(c.dependencies);
  layer_groups out;
  out.target = components.component_of[c.target];
  out.switches = switches;
  std::vector<std::uint32_t> members;  // by position in the closure
  for (std::uint32_t group = 0; group < components.size(); ++group) {
    const auto row = components.members[group];
    members.assign(row.begin(), row.end());
    if (out.for_target(group)) {
      // The switches are for the one that is named.
      const auto target = std::find(members.begin(), members.end(), c.target);
      std::rotate(members.begin(), target, target + 1);
    } else if (members.size() > 1) {
      put_head_first(s, c, members);
    }
    for (const std::uint32_t m : members) out.packages.values.push_back(c.packages[m]);
    out.packages.close_row();
  }
  out.needs = std::move(components.dependencies);
  return out;
}

}  // namespace opamplan::plan_impl
