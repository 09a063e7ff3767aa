/// \file
/// What a solution's closure falls into: the packages of each layer, and the layers they need.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

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
    std::vector<std::uint32_t> places;  // of the members in the solution
    for (const std::uint32_t m : members_) {
      places.push_back(static_cast<std::uint32_t>(
          std::lower_bound(s.packages.begin(), s.packages.end(), c.packages[m]) -
          s.packages.begin()));
    }
    std::vector<std::size_t> dependents(members_.size(), 0);
    for (const std::uint32_t place : places) {
      std::vector<std::uint32_t> stack{place};
      std::vector<std::uint32_t> seen{place};
      while (!stack.empty()) {
        const std::uint32_t v = stack.back();
        stack.pop_back();
        for (const std::uint32_t d : s.dependencies[v]) {
          const auto member = std::lower_bound(places.begin(), places.end(), d);
          if (member == places.end() || *member != d) continue;
          if (std::find(seen.begin(), seen.end(), d) != seen.end()) continue;
          ++dependents[static_cast<std::size_t>(member - places.begin())];
          seen.push_back(d);
          stack.push_back(d);
        }
      }
    }
    const auto head = std::max_element(dependents.begin(), dependents.end()) - dependents.begin();
    std::rotate(members_.begin(), members_.begin() + head, members_.begin() + head + 1);
  }

  bool switches_;
  std::vector<std::uint32_t> members_;  // of the group at hand, by position in the closure
  std::vector<package_id> packages_;
};

}  // namespace opamplan::plan_impl
