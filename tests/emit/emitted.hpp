/// \file
/// What the tests of emitted text share: small plans, and looking for a part of a text.
#pragma once

#include <cstddef>
#include <string>

#include "opamplan/plan/shards.hpp"
#include "plan/small_plans.hpp"

namespace opamplan::test {

inline plan of_diamond() {
  const solved s = solve_files(diamond());
  return make_plan(s.in, s.solutions, with(strategy::graft));
}

/// The same in two batches, of which the second needs what the first builds.
inline plan in_batches() {
  const solved s = solve_files(diamond());
  limits three = limit_profile("none");
  three.batch_targets = 3;
  return make_plan(s.in, s.solutions, with(strategy::graft, three));
}

/// For two builders, which need nothing of each other.
inline plan two_families() {
  const solved s = solve_files(
      {{"a.1", ""}, {"b.1", R"(depends: ["a"])"}, {"x.1", ""}, {"y.1", R"(depends: ["x"])"}});
  plan p = make_plan(s.in, s.solutions, with(strategy::graft));
  shard_options two;
  two.workers = 1;
  two.wave_seconds = 0;
  two.seconds_of = [](const plan&, step_id) { return 1.0; };
  make_shards(p, two);
  return p;
}

inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

inline std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) {
    ++found;
  }
  return found;
}

}  // namespace opamplan::test
