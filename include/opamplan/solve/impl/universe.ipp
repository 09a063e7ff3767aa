/// \file
/// Making a universe: what the files declare, evaluated in an environment and interned.
#pragma once

#include <utility>

#include "opamplan/base/config.hpp"
#include "opamplan/solve/impl/interner.hpp"
#include "opamplan/solve/universe.hpp"

namespace opamplan {

OPAMPLAN_INLINE universe make_universe(opamplan::repository repo, opamplan::environment env,
                                       universe_options options) {
  auto state = std::make_shared<universe::state>();
  solve_impl::interner(repo, env, options, state->tables).run();
  state->repository = std::move(repo);
  state->environment = std::move(env);
  options.progress = nullptr;
  state->options = std::move(options);
  return universe(std::move(state));
}

OPAMPLAN_INLINE package_id universe::latest(name_id name) const {
  package_id newest = package_id::none;
  for (const package_id id : repository().versions(name)) {
    const auto a = availability(id);
    if (a == opamplan::availability::available || a == opamplan::availability::avoided) newest = id;
  }
  return newest;
}

OPAMPLAN_INLINE std::vector<package_id> universe::latest() const {
  std::vector<package_id> result;
  for (std::uint32_t n = 0; n < repository().name_count(); ++n) {
    const package_id id = latest(name_id{n});
    if (id != package_id::none) result.push_back(id);
  }
  return result;
}

OPAMPLAN_INLINE std::vector<package_id> universe::available_packages() const {
  std::vector<package_id> result;
  for (const package_id id : repository().packages()) {
    const auto a = availability(id);
    if (a == opamplan::availability::available || a == opamplan::availability::avoided) {
      result.push_back(id);
    }
  }
  return result;
}

}  // namespace opamplan
