/// \file
/// Edit distance over all names of a repository.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "opamplan/base/config.hpp"
#include "opamplan/base/error.hpp"
#include "opamplan/solve/names.hpp"

namespace opamplan {
namespace names_detail {

/// Lower case, without dashes and underscores.
inline std::string folded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '-' || c == '_') continue;
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

/// Insertions, deletions, changes and swaps of neighbours (optimal string alignment).
inline std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] =
          std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

inline std::string suggestions(const std::vector<std::string>& near) {
  return near.empty() ? "" : fmt::format("; did you mean {}?", fmt::join(near, ", "));
}

}  // namespace names_detail

OPAMPLAN_INLINE std::vector<std::string> close_names(const repository& repo, std::string_view text,
                                                     std::size_t most) {
  return close_names(repo.names(), text, most);
}

OPAMPLAN_INLINE std::vector<std::string> close_names(std::span<const std::string> names,
                                                     std::string_view text, std::size_t most) {
  const std::string meant = names_detail::folded(text);
  const std::size_t limit = std::max<std::size_t>(1, meant.size() / 3);
  std::vector<std::pair<std::size_t, std::string_view>> found;
  for (const std::string& name : names) {
    const std::string other = names_detail::folded(name);
    if (std::max(other.size(), meant.size()) - std::min(other.size(), meant.size()) > limit) {
      continue;
    }
    const std::size_t distance = names_detail::edit_distance(meant, other);
    if (distance <= limit) found.emplace_back(distance, name);
  }
  std::sort(found.begin(), found.end());
  if (found.size() > most) found.resize(most);
  std::vector<std::string> out;
  for (const auto& [distance, name] : found) out.emplace_back(name);
  return out;
}

OPAMPLAN_INLINE name_id require_name(const repository& repo, std::string_view name) {
  const name_id id = repo.find_name(name);
  if (id != no_name) return id;
  std::vector<std::string> near = close_names(repo, name);
  const std::string what = fmt::format("no package is named \"{}\" in this repository{}", name,
                                       names_detail::suggestions(near));
  throw unknown_package(what, std::string(name), std::move(near));
}

OPAMPLAN_INLINE package_request find_request(const repository& repo, std::string_view text) {
  package_request r;
  r.name = repo.find_name(text);
  if (r.name != no_name) return r;
  r.package = repo.find(text);
  if (r.package != no_package) {
    r.name = repo.name_of(r.package);
    return r;
  }
  const std::size_t dot = text.find('.');
  const std::string_view name = text.substr(0, dot);
  r.name = require_name(repo, name);
  r.package = require_version(repo, name, dot == text.npos ? "" : text.substr(dot + 1));
  return r;
}

OPAMPLAN_INLINE package_id require_version(const repository& repo, std::string_view name,
                                           std::string_view version) {
  const package_id found = repo.find(fmt::format("{}.{}", name, version));
  if (found != no_package) return found;
  const package_range all = repo.versions(require_name(repo, name));
  std::vector<package_id> meant;
  for (const package_id id : all) {
    const std::string_view other = repo.version_string(id);
    const bool begins = !version.empty() && other.size() > version.size() &&
                        other.substr(0, version.size()) == version &&
                        other.find_first_of(".+~-", version.size()) == version.size();
    if (begins) meant.push_back(id);
  }
  const bool by_beginning = !meant.empty();
  if (!by_beginning) meant.assign(all.begin(), all.end());
  std::string known;
  std::vector<std::string> near;
  constexpr std::size_t most = 5;
  for (std::size_t i = 0; i < std::min(most, meant.size()); ++i) {
    const package_id id = meant[meant.size() - 1 - i];
    known += i == 0 ? "" : ", ";
    known += repo.version_string(id);
    near.push_back(repo.full_name(id));
  }
  const std::string what =
      fmt::format("{} has no version \"{}\"; it has {}{}", name, version, known,
                  meant.size() <= most ? ""
                  : by_beginning       ? " and more that begin so"
                                       : " and older ones");
  throw unknown_package(what, fmt::format("{}.{}", name, version), std::move(near));
}

}  // namespace opamplan
