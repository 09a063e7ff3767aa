/// \file
/// Local search for versions to prefer.
#pragma once

#include <utility>

#include "opamplan/base/config.hpp"
#include "opamplan/plan/align.hpp"
#include "opamplan/plan/impl/alignment_search.hpp"

namespace opamplan {
namespace plan_impl {

/// Compares the versions of names that both solutions hold.
inline void count_changes(const universe& u, const solution& before, const solution& after,
                          alignment& out) {
  const repository& repo = u.repository();
  for (std::size_t i = 0, j = 0; i < before.packages.size() && j < after.packages.size();) {
    const package_id a = before.packages[i];
    const package_id b = after.packages[j];
    if (repo.name_of(a) == repo.name_of(b)) {
      out.older += b < a ? 1 : 0;
      out.newer += a < b ? 1 : 0;
    }
    i += repo.name_of(a) <= repo.name_of(b) ? 1 : 0;
    j += repo.name_of(b) <= repo.name_of(a) ? 1 : 0;
  }
}

}  // namespace plan_impl

OPAMPLAN_INLINE alignment align(const universe& u, std::span<const solve_result> results,
                                const solve_options& options) {
  alignment out;
  plan_impl::alignment_search search(u, {results.begin(), results.end()}, options);
  out.layers_before = search.layers();
  // The number of rounds is bounded by the layers saved; on opam-repository it is three.
  while (search.round()) continue;
  out.layers_after = search.layers();
  out.preferred = search.preferred();
  out.results = std::move(search.results());
  for (std::size_t i = 0; i < out.results.size(); ++i) {
    if (!results[i].solution || *out.results[i].solution == *results[i].solution) continue;
    ++out.changed;
    plan_impl::count_changes(u, *results[i].solution, *out.results[i].solution, out);
  }
  return out;
}

}  // namespace opamplan
