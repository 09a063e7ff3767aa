#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>

#include "opamplan/package/version.hpp"
#include "opamplan/repository/impl/state.hpp"
#include "opamplan/repository/repository.hpp"
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

/// Calls `visit(a, b)` for each name in its order, with its versions on both sides; of one that
/// only one side has, with an empty range for the other.
template <class Visit>
void each_name(const repository& before, const repository& after, const Visit& visit) {
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  while (a < before.name_count() || b < after.name_count()) {
    const int order = a == before.name_count()  ? 1
                      : b == after.name_count() ? -1
                                                : before.names()[a].compare(after.names()[b]);
    visit(order <= 0 ? before.versions(name_id{a}) : package_range{},
          order >= 0 ? after.versions(name_id{b}) : package_range{});
    if (order <= 0) ++a;
    if (order >= 0) ++b;
  }
}

}  // namespace repository_impl

OPAMPLAN_INLINE std::vector<name_id> same_names(const repository& before, const repository& after) {
  if (&repository_impl::state_of(before) == &repository_impl::state_of(after)) {
    std::vector<name_id> all(before.name_count());
    std::iota(all.begin(), all.end(), name_id(0));
    return all;
  }
  const repository_impl::common_names& known = repository_impl::state_of(after).common;
  if (known.previous.lock().get() == &repository_impl::state_of(before)) return known.now;
  std::vector<name_id> same(before.name_count(), name_id::none);
  repository_impl::each_name(before, after, [&](package_range a, package_range b) {
    if (a.empty() || b.empty() || !repository_impl::same_versions(before, a, after, b)) return;
    same[before.name_of(a.first)] = after.name_of(b.first);
  });
  return same;
}

OPAMPLAN_INLINE std::vector<changed_package> changed_packages(const repository& before,
                                                              const repository& after) {
  std::vector<changed_package> out;
  const auto order = [&](package_id a, package_id b) {
    const std::string_view x = before.version_string(a);
    const std::string_view y = after.version_string(b);
    const int versions = compare_versions(x, y);
    return versions != 0 ? versions : x.compare(y);
  };
  const std::vector<name_id> same = same_names(before, after);
  repository_impl::each_name(before, after, [&](package_range a, package_range b) {
    if (!a.empty() && same[before.name_of(a.first)] != name_id::none) return;
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < a.size() || j < b.size()) {
      const int which = i == a.size() ? 1 : j == b.size() ? -1 : order(a[i], b[j]);
      if (which != 0) {
        out.push_back({which < 0 ? a[i] : package_id::none, which > 0 ? b[j] : package_id::none});
      } else if (!repository_impl::same_package(before, a[i], after, b[j])) {
        out.push_back({a[i], b[j]});
      }
      if (which <= 0) ++i;
      if (which >= 0) ++j;
    }
  });
  return out;
}

}  // namespace opamplan
