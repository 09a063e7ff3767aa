/// \file
/// The last model that a free search has found.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "opamplan/solve/impl/domains.hpp"

namespace opamplan::solve_impl {

/// By role the candidate that it selects. Remembering one is linear in it and in the one before.
class known_model {
 public:
  void resize(std::size_t roles) { selected_.resize(roles, candidate_id::none); }

  void remember(std::span<const role_id> roles, const domains& state) {
    for (const role_id r : roles_) selected_[r] = candidate_id::none;
    roles_.assign(roles.begin(), roles.end());
    for (const role_id r : roles_) selected_[r] = state.selected(r);
  }

  [[nodiscard]] candidate_id selected(role_id r) const noexcept { return selected_[r]; }

 private:
  std::vector<candidate_id> selected_;
  std::vector<role_id> roles_;
};

}  // namespace opamplan::solve_impl
