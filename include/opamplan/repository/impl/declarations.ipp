/// \file
/// Reading what files declare, on several threads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "opamplan/base/workers.hpp"
#include "opamplan/package/opam_file.hpp"
#include "opamplan/repository/declarations.hpp"
#include "opamplan/repository/impl/inherited_declarations.hpp"
#include "opamplan/repository/impl/state.hpp"
#include "opamplan/repository/impl/text_pool.hpp"
#include "opamplan/syntax/ast.hpp"

namespace opamplan {
namespace repository_impl {

inline declarations read_declarations(const repository& repo, unsigned threads,
                                      const progress_callback& progress) {
  constexpr std::size_t block = 256;
  workers team(threads, "evaluate", progress);
  team.set_total(repo.size());
  // One part a worker, of neighbours: few texts are read more than once.
  std::vector<declared_part> parts(std::min<std::size_t>(team.count(), repo.size() / block + 1),
                                   declared_part(repo));
  team.for_each(parts.size(), 1, [&](unsigned worker) {
    return [&, worker](std::size_t i) {
      const std::size_t end = repo.size() * (i + 1) / parts.size();
      std::size_t counted = repo.size() * i / parts.size();
      for (std::size_t at = counted; at < end && !team.stopped(); ++at) {
        parts[i].add(repo.file(package_id(at)));
        if (at + 1 - counted < block && at + 1 < end) continue;
        team.add_done(at + 1 - counted);
        counted = at + 1;
        if (worker == 0) team.report();
      }
    };
  });
  for (std::size_t i = 1; i < parts.size(); ++i) parts[0].take(std::move(parts[i]));
  team.report(true);
  return std::move(parts[0]).finish();
}

}  // namespace repository_impl

OPAMPLAN_INLINE const declarations& declared(const repository& repo, unsigned threads,
                                             const progress_callback& progress) {
  const repository_impl::repository_state& state = repository_impl::state_of(repo);
  const std::lock_guard lock(state.declared_mutex);
  if (!state.declared) {
    std::optional<declarations> made;
    if (state.inherited)
      made = repository_impl::take_over(*state.inherited, state.common.now, repo);
    if (!made) made = repository_impl::read_declarations(repo, threads, progress);
    state.declared = std::make_shared<const declarations>(std::move(*made));
    state.inherited.reset();
  }
  return *state.declared;
}

}  // namespace opamplan
