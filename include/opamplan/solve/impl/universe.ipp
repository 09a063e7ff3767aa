/// \file
/// Making a universe: what the files declare, evaluated in an environment and interned.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "opamplan/base/config.hpp"
#include "opamplan/solve/impl/interner.hpp"
#include "opamplan/solve/impl/rules_heir.hpp"
#include "opamplan/solve/universe.hpp"

namespace opamplan {

OPAMPLAN_INLINE universe make_universe(opamplan::repository repo, opamplan::environment env,
                                       universe_options options) {
  return universe::make(std::move(repo), std::move(env), std::move(options), nullptr);
}

OPAMPLAN_INLINE universe make_universe(opamplan::repository repo, opamplan::environment env,
                                       universe_options options, const universe& previous) {
  return universe::make(std::move(repo), std::move(env), std::move(options), previous.state_.get());
}

OPAMPLAN_INLINE universe universe::with_repository(opamplan::repository repo,
                                                   const progress_callback& progress) const {
  universe_options options = state_->options;
  options.progress = progress;
  return make(std::move(repo), state_->environment, std::move(options), state_.get());
}

OPAMPLAN_INLINE universe universe::make(opamplan::repository repo, opamplan::environment env,
                                        universe_options options, const state* before) {
  std::optional<solve_impl::earlier_rules> earlier;
  if (before != nullptr) {
    earlier.emplace(solve_impl::earlier_rules{before->repository, before->environment,
                                              before->options, before->tables,
                                              before->alternatives});
  }
  auto made = std::make_shared<state>();
  solve_impl::interner interner(repo, env, options, made->tables, earlier ? &*earlier : nullptr);
  made->alternatives = interner.run();
  made->repository = std::move(repo);
  made->environment = std::move(env);
  options.progress = nullptr;
  made->options = std::move(options);
  return universe(std::move(made));
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
