/// \file
/// A walk over the tree of parents, in which neighbours share work.
#pragma once

#include <cstdint>
#include <vector>

#include "opamplan/base/rows.hpp"
#include "opamplan/plan/plan.hpp"

namespace opamplan::plan_impl {

/// By step when a depth-first walk over the tree of parents meets it.
inline index_vector<step_id, std::uint32_t> walk_places(const plan& p) {
  std::vector<step_id> stack;
  const auto children = counted_rows<step_id>(p.steps.size(), [&](const auto& visit) {
    for (const step_id s : p.steps.indices()) {
      if (p.steps[s].parent != step_id::none) visit(p.steps[s].parent, s);
    }
  });
  for (std::size_t s = p.steps.size(); s-- > 0;) {
    if (p.steps[s].parent == step_id::none) stack.emplace_back(s);
  }
  index_vector<step_id, std::uint32_t> places(p.steps.size());
  for (std::uint32_t next = 0; !stack.empty(); ++next) {
    const step_id s = stack.back();
    stack.pop_back();
    places[s] = next;
    stack.insert(stack.end(), children[s].rbegin(), children[s].rend());
  }
  return places;
}

}  // namespace opamplan::plan_impl
