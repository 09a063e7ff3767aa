/// \file
/// Version constraints as ranges of packages, which stand in the order of versions.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "opamplan/package/version.hpp"
#include "opamplan/repository/version_sets.hpp"

namespace opamplan {
namespace repository_impl {

using ranges = std::vector<package_range>;

/// After what is there; a range that touches the last one prolongs it.
inline void append_range(ranges& to, package_range more) {
  if (more.empty()) return;
  if (to.empty() || to.back().last < more.first) {
    to.push_back(more);
  } else {
    to.back().last = std::max(to.back().last, more.last);
  }
}

inline ranges unite(const ranges& a, const ranges& b) {
  ranges all(a.size() + b.size());
  std::merge(a.begin(), a.end(), b.begin(), b.end(), all.begin(),
             [](package_range x, package_range y) { return x.first < y.first; });
  ranges out;
  for (const package_range r : all) append_range(out, r);
  return out;
}

inline ranges intersect(const ranges& a, const ranges& b) {
  ranges out;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    const package_id first = std::max(a[i].first, b[j].first);
    const package_id last = std::min(a[i].last, b[j].last);
    if (first < last) append_range(out, {first, last});
    a[i].last < b[j].last ? ++i : ++j;
  }
  return out;
}

/// The first of the versions that is not less than `wanted`, nor, if these are skipped too, equal.
inline package_id skip(const repository& repo, package_range versions, std::string_view wanted,
                       bool equal_ones) {
  std::size_t first = 0;
  for (std::size_t count = versions.size(); count != 0;) {
    const std::size_t half = count / 2;
    const int sign = compare_versions(repo.version_string(versions[first + half]), wanted);
    if (sign < 0 || (sign == 0 && equal_ones)) {
      first += half + 1;
      count -= half + 1;
    } else {
      count = half;
    }
  }
  return versions[first];
}

inline ranges matching(const repository& repo, package_range versions, const version_formula& f) {
  if (f.is_empty()) return {versions};
  if (!f.is_atom()) {
    ranges out = matching(repo, versions, f.args[0]);
    for (std::size_t i = 1; i < f.args.size(); ++i) {
      const ranges more = matching(repo, versions, f.args[i]);
      out = f.is_conjunction() ? intersect(out, more) : unite(out, more);
    }
    return out;
  }
  const auto not_less = [&] { return skip(repo, versions, f.atom.version, false); };
  const auto greater = [&] { return skip(repo, versions, f.atom.version, true); };
  ranges out;
  switch (f.atom.op) {
    case relop::eq:
      append_range(out, {not_less(), greater()});
      break;
    case relop::neq:
      append_range(out, {versions.first, not_less()});
      append_range(out, {greater(), versions.last});
      break;
    case relop::geq:
      append_range(out, {not_less(), versions.last});
      break;
    case relop::gt:
      append_range(out, {greater(), versions.last});
      break;
    case relop::leq:
      append_range(out, {versions.first, greater()});
      break;
    case relop::lt:
      append_range(out, {versions.first, not_less()});
      break;
  }
  return out;
}

}  // namespace repository_impl

OPAMPLAN_INLINE version_set find_versions(const repository& repo, const package_atom& atom) {
  const name_id name = repo.find_name(atom.name);
  if (name == name_id::none) return {};
  return {name, repository_impl::matching(repo, repo.versions(name), atom.constraint)};
}

OPAMPLAN_INLINE formula<version_set> find_versions(const repository& repo,
                                                   const package_formula& f) {
  formula<version_set> out;
  out.kind = f.kind;
  out.parentheses = f.parentheses;
  if (f.is_atom()) out.atom = find_versions(repo, f.atom);
  out.args.reserve(f.args.size());
  for (const package_formula& arg : f.args) out.args.push_back(find_versions(repo, arg));
  return out;
}

}  // namespace opamplan
