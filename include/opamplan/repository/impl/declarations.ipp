/// \file
/// Reading what files declare, on several threads.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "opamplan/base/config.hpp"
#include "opamplan/base/workers.hpp"
#include "opamplan/repository/declarations.hpp"
#include "opamplan/repository/impl/find_texts.hpp"
#include "opamplan/repository/impl/inherited_declarations.hpp"
#include "opamplan/repository/impl/read_texts.hpp"
#include "opamplan/repository/impl/state.hpp"

namespace opamplan {
namespace repository_impl {

inline declarations read_declarations(const repository& repo, const distinct_texts* known,
                                      unsigned threads, const progress_callback& progress) {
  const auto file_at = [&](std::size_t i) -> const syntax::file& {
    return repo.file(package_id(i));
  };
  workers team(threads, "evaluate", progress);
  if (known != nullptr) return read_texts(repo, *known, file_at, team);
  return read_texts(repo, find_texts(repo.size(), file_at, team), file_at, team);
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
    if (!made) {
      made = repository_impl::read_declarations(repo, state.texts.get(), threads, progress);
    }
    state.declared = std::make_shared<const declarations>(std::move(*made));
    state.inherited.reset();
  }
  return *state.declared;
}

}  // namespace opamplan
