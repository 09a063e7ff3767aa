/// \file
/// Walking from name to name through `depends`.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "opamplan/base/rows.hpp"
#include "opamplan/repository/impl/state.hpp"
#include "opamplan/repository/reachable.hpp"
#include "opamplan/syntax/ast.hpp"

namespace opamplan {
namespace repository_impl {

/// Calls `visit` for each text that stands where a formula has a package.
template <class Visit>
void each_package_text(const syntax::value& v, const Visit& visit) {
  using syntax::value_kind;
  switch (v.kind()) {
    case value_kind::string: {
      std::string scratch;
      visit(v.as_string_view(scratch));
      break;
    }
    case value_kind::option:
      each_package_text(v.subject(), visit);
      break;
    case value_kind::list:
    case value_kind::group:
      for (const syntax::value item : v.children()) each_package_text(item, visit);
      break;
    case value_kind::logical:
      each_package_text(v.left(), visit);
      each_package_text(v.right(), visit);
      break;
    default:
      break;
  }
}

}  // namespace repository_impl

OPAMPLAN_INLINE repository reachable(const repository& repo, std::span<const name_id> from) {
  std::vector<std::uint32_t> start;
  for (const name_id n : from) start.push_back(n.value());
  const std::vector<bool> reached =
      reached_from(std::move(start), repo.name_count(), [&](std::uint32_t name, const auto& visit) {
        for (const package_id id : repo.versions(name_id(name))) {
          const std::optional<syntax::value> depends = repo.file(id).find("depends");
          if (!depends) continue;
          repository_impl::each_package_text(*depends, [&](std::string_view text) {
            const name_id other = repo.find_name(text);
            if (other != name_id::none) visit(other.value());
          });
        }
      });

  const repository_impl::repository_state& all = repository_impl::state_of(repo);
  auto part = std::make_shared<repository_impl::repository_state>();
  part->storage = all.storage;
  part->sources = all.sources;
  part->diagnostics = all.diagnostics;
  for (std::size_t n = 0; n < reached.size(); ++n) {
    if (!reached[n]) continue;
    part->first.push_back(static_cast<std::uint32_t>(part->entries.size()));
    for (const package_id id : repo.versions(name_id(n))) {
      part->entries.push_back(all.entries[id]);
      part->entries.back().name = name_id(part->names.size());
    }
    part->names.push_back(all.names[n]);
  }
  part->first.push_back(static_cast<std::uint32_t>(part->entries.size()));
  repository_impl::fill_slots(*part);
  return repository(std::move(part));
}

}  // namespace opamplan
