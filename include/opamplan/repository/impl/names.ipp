/// \file
/// Looking names and versions up in a repository.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "opamplan/base/config.hpp"
#include "opamplan/base/error.hpp"
#include "opamplan/base/text.hpp"
#include "opamplan/repository/names.hpp"

namespace opamplan {
OPAMPLAN_INLINE std::vector<std::string> close_names(const repository& repo, std::string_view text,
                                                     std::size_t most) {
  return close_names(repo.names(), text, most);
}

OPAMPLAN_INLINE name_id require_name(const repository& repo, std::string_view name) {
  const name_id id = repo.find_name(name);
  if (id != name_id::none) return id;
  std::vector<std::string> near = close_names(repo, name);
  const std::string what =
      fmt::format("no package is named \"{}\" in this repository{}", name, did_you_mean(near));
  throw unknown_package(what, std::string(name), std::move(near));
}

OPAMPLAN_INLINE package_request find_request(const repository& repo, std::string_view text) {
  package_request r;
  r.name = repo.find_name(text);
  if (r.name != name_id::none) return r;
  r.package = repo.find(text);
  if (r.package != package_id::none) {
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
  if (found != package_id::none) return found;
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
