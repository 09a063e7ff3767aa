#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "opamplan/repository/same_names.hpp"

namespace opamplan {
namespace repository_impl {

inline bool same_text(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && (a.data() == b.data() || a == b);
}

inline bool same_package(const repository& before, package_id a, const repository& after,
                         package_id b) {
  const auto beside_a = before.extra_files(a);
  const auto beside_b = after.extra_files(b);
  const bool shared = beside_a.data() == beside_b.data() && beside_a.size() == beside_b.size();
  return same_text(before.version_string(a), after.version_string(b)) &&
         same_text(before.text(a), after.text(b)) &&
         (shared || std::ranges::equal(beside_a, beside_b)) &&
         before.is_pinned(a) == after.is_pinned(b) &&
         before.source_folder(a) == after.source_folder(b);
}

inline bool same_versions(const repository& before, package_range a, const repository& after,
                          package_range b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!same_package(before, a[i], after, b[i])) return false;
  }
  return true;
}

}  // namespace repository_impl

OPAMPLAN_INLINE std::vector<name_id> same_names(const repository& before, const repository& after) {
  std::vector<name_id> same(before.name_count(), no_name);
  std::uint32_t b = 0;
  for (std::uint32_t a = 0; a < before.name_count(); ++a) {
    while (b < after.name_count() && after.names()[b] < before.names()[a]) ++b;
    if (b == after.name_count()) break;
    if (after.names()[b] != before.names()[a]) continue;
    if (repository_impl::same_versions(before, before.versions(name_id{a}), after,
                                       after.versions(name_id{b}))) {
      same[a] = name_id{b};
    }
  }
  return same;
}

}  // namespace opamplan
