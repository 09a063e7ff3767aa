/// \file
/// What the tests of emitted text share: a small plan, and looking for a part of a text.
#pragma once

#include <string>

#include "plan/small_plans.hpp"

namespace opamplan::test {

inline plan of_diamond() {
  const solved s = solve_files(diamond());
  return make_plan(s.in, s.solutions, with(strategy::graft));
}

inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace opamplan::test
