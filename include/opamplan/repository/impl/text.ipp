#pragma once

#include "opamplan/base/config.hpp"
#include "opamplan/package/version.hpp"
#include "opamplan/repository/impl/text.hpp"

namespace opamplan::repository_impl {

OPAMPLAN_INLINE std::string_view base_name(std::string_view path) noexcept {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

OPAMPLAN_INLINE std::string_view folder_name(std::string_view path) noexcept {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

OPAMPLAN_INLINE std::optional<side_path> split_side_path(std::string_view path) noexcept {
  constexpr std::string_view inside = "/files/";
  for (std::size_t at = path.find(inside); at != std::string_view::npos;
       at = path.find(inside, at + 1)) {
    const std::string_view folder = path.substr(0, at);
    if (package_view::parse(base_name(folder))) return side_path{folder, path.substr(at + 1)};
  }
  const std::string_view name = base_name(path);
  if (name != "url" && name != "descr") return std::nullopt;
  if (!package_view::parse(base_name(folder_name(path)))) return std::nullopt;
  return side_path{folder_name(path), name};
}

}  // namespace opamplan::repository_impl
