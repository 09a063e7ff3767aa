/// \file
/// What a solution's closure falls into: the packages of each layer, and the layers they need.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "opamplan/base/bit_rows.hpp"
#include "opamplan/closure/closure.hpp"
#include "opamplan/solve/solution.hpp"

namespace opamplan::plan_impl {

/// The packages that opam installs in one go: mostly one, several for a cycle through post.
struct layer_group {
  std::uint32_t number = 0;              ///< From 0, in the order of the walk.
  std::span<const package_id> packages;  ///< The head first, the others ascending.
  std::span<const std::uint32_t> needs;  ///< Numbers of groups, ascending.
  bool has_target = false;               ///< The solution's target is one of them...
  bool for_target = false;               ///< ...and is built with its tests or documentation.
};

/// Walks solutions group by group, what a group needs before it.
class layer_groups {
 public:
  /// `switches`: targets are built with their tests or documentation, so they are other layers than
  /// the same packages as dependencies.
  explicit layer_groups(bool switches) : switches_(switches) {}

  template <class Visit>
  void each(const solution& s, Visit visit) {
    const closure c = closure_of(s, closure_edges::build_and_post);
    const condensation groups = condense(c.dependencies);
    layer_group group;
    for (; group.number < groups.size(); ++group.number) {
      const auto row = groups.members[group.number];
      members_.assign(row.begin(), row.end());
      group.has_target = group.number == groups.component_of[c.target];
      group.for_target = switches_ && group.has_target;
      if (group.for_target) {
        // The switches are for the one that is named.
        const auto target = std::find(members_.begin(), members_.end(), c.target);
        std::rotate(members_.begin(), target, target + 1);
      } else if (members_.size() > 1) {
        put_head_first(s, c);
      }
      packages_.clear();
      for (const std::uint32_t m : members_) packages_.push_back(c.packages[m]);
      group.packages = packages_;
      group.needs = groups.dependencies[group.number];
      visit(group);
    }
  }

 private:
  /// First the member on which most others are built, that is, which they reach over build
  /// dependencies; of equals the first by name. The others stay ascending.
  void put_head_first(const solution& s, const closure& c) {
    adjacency within;                   // build dependencies among the members, which have no cycle
    std::vector<std::uint32_t> places;  // of the members in the solution
    for (const std::uint32_t m : members_) {
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
    bit_rows dependents(members_.size(), members_.size());
    const std::vector<std::uint32_t> order = topological_order(within);
    for (auto v = order.rbegin(); v != order.rend(); ++v) {
      for (const std::uint32_t d : within[*v]) {
        dependents.add_row(d, *v);
        dependents.add(d, *v);
      }
    }
    std::size_t head = 0;
    for (std::size_t m = 1; m < members_.size(); ++m) {
      if (dependents.count(m) > dependents.count(head)) head = m;
    }
    const auto at = members_.begin() + static_cast<std::ptrdiff_t>(head);
    std::rotate(members_.begin(), at, at + 1);
  }

  bool switches_;
  std::vector<std::uint32_t> members_;  // of the group at hand, by position in the closure
  std::vector<package_id> packages_;
};

}  // namespace opamplan::plan_impl
