#pragma once

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "opamplan/base/text.hpp"
#include "opamplan/package/version.hpp"
#include "opamplan/repository/impl/checksum.hpp"
#include "opamplan/repository/impl/state.hpp"
#include "opamplan/repository/same_names.hpp"

namespace opamplan::repository_impl {

/// One entry of one source, on its way into the repository.
struct layered_entry {
  content_entry* entry;
  std::uint32_t source;
};

/// The newest version of the name in what is no pin; empty if there is none.
OPAMPLAN_INLINE std::string_view newest_version(const std::vector<source_content>& contents,
                                                std::string_view name) {
  std::string_view newest;
  for (const source_content& c : contents) {
    if (c.info.pins) continue;
    const auto behind = std::upper_bound(
        c.entries.begin(), c.entries.end(), name,
        [](std::string_view wanted, const content_entry& e) { return wanted < e.name; });
    if (behind == c.entries.begin() || std::prev(behind)->name != name) continue;
    const std::string_view last = std::prev(behind)->version;
    if (newest.empty() || compare_versions(newest, last) < 0) newest = last;
  }
  return newest;
}

/// Pins that name no version, and whose file names none, have that of the newest in the repository,
/// as in opam, so that constraints hold; else that of their folder's other packages; else `dev`.
OPAMPLAN_INLINE void complete_pins(std::vector<source_content>& contents) {
  for (source_content& c : contents) {
    for (content_entry& e : c.entries) {
      if (e.pinned == nullptr || !e.version.empty()) continue;
      e.version = newest_version(contents, e.name);
      if (e.version.empty()) e.version = e.pinned->version;
      if (e.version.empty()) e.version = "dev";
    }
  }
}

/// All entries that count, in the repository's order.
OPAMPLAN_INLINE std::vector<layered_entry> overlay(std::vector<source_content>& contents) {
  std::vector<layered_entry> all;
  std::set<std::string_view> pinned;
  for (std::uint32_t s = 0; s < contents.size(); ++s) {
    for (content_entry& e : contents[s].entries) {
      if (contents[s].info.pins && !pinned.insert(e.name).second) {
        contents[s].diagnostics.push_back(
            {severity::warning, s, printable(e.path), 0, 0,
             "another pin of " + std::string(e.name) + " comes first; left out"});
        continue;
      }
      all.push_back({&e, s});
    }
  }
  if (!pinned.empty()) {
    const auto hidden = [&](const layered_entry& e) {
      return !contents[e.source].info.pins && pinned.count(e.entry->name) != 0;
    };
    all.erase(std::remove_if(all.begin(), all.end(), hidden), all.end());
  }
  if (contents.size() == 1) return all;  // sorted already

  std::sort(all.begin(), all.end(), [](const layered_entry& a, const layered_entry& b) {
    if (a.entry->name != b.entry->name) return a.entry->name < b.entry->name;
    const int order = compare_versions(a.entry->version, b.entry->version);
    if (order != 0) return order < 0;
    if (a.entry->version != b.entry->version) return a.entry->version < b.entry->version;
    return a.source < b.source;
  });
  const auto same = [](const layered_entry& a, const layered_entry& b) {
    return a.entry->name == b.entry->name && a.entry->version == b.entry->version;
  };
  all.erase(std::unique(all.begin(), all.end(), same), all.end());
  return all;
}

OPAMPLAN_INLINE void fill_slots(repository_state& state) {
  std::size_t size = 16;
  while (size < 2 * state.names.size()) size *= 2;
  state.slots.assign(size, name_id::none.value());
  for (std::uint32_t i = 0; i < state.names.size(); ++i) {
    const std::string& name = state.names[i];
    std::size_t at = checksum(name.data(), name.size()) & (size - 1);
    while (state.slots[at] != name_id::none.value()) at = (at + 1) & (size - 1);
    state.slots[at] = i;
  }
}

OPAMPLAN_INLINE repository make_repository(std::vector<source_content> contents,
                                           const repository* before) {
  auto state = std::make_shared<repository_state>();
  complete_pins(contents);
  const std::vector<layered_entry> all = overlay(contents);
  state->entries.reserve(all.size());
  for (const layered_entry& e : all) {
    if (state->names.empty() || state->names.back() != e.entry->name) {
      state->names.emplace_back(e.entry->name);
      state->first.push_back(static_cast<std::uint32_t>(state->entries.size()));
    }
    state->entries.push_back({name_id(state->names.size() - 1), e.source, e.entry->version,
                              e.entry->path, std::move(e.entry->tree), e.entry->extra,
                              e.entry->pinned});
  }
  state->first.push_back(static_cast<std::uint32_t>(state->entries.size()));
  fill_slots(*state);
  for (std::uint32_t s = 0; s < contents.size(); ++s) {
    source_content& c = contents[s];
    for (repository_diagnostic& d : c.diagnostics) {
      d.source = s;
      state->diagnostics.push_back(std::move(d));
    }
    std::move(c.storage.begin(), c.storage.end(), std::back_inserter(state->storage));
    if (contents.size() == 1) {
      state->git_revision = std::move(c.git_revision);
      state->texts = std::move(c.texts);
    }
    state->sources.push_back(std::move(c.info));
  }
  repository made(state);
  if (before != nullptr) {
    const repository_state& old = state_of(*before);
    state->common = {old.weak_from_this(), same_names(*before, made)};
    const std::lock_guard lock(old.declared_mutex);
    if (old.declared) state->inherited = {old.declared, old.first};
  }
  return made;
}

}  // namespace opamplan::repository_impl
