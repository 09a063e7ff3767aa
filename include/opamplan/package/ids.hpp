/// \file
/// Dense integer ids for names and package versions; strings live only at the border.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

namespace opamplan {

/// A package name of one repository. Ids ascend with the name, compared byte by byte.
enum class name_id : std::uint32_t {};

/// A package version of one repository. Ids ascend by name, then by opam's version order.
enum class package_id : std::uint32_t {};

/// No package.
inline constexpr package_id no_package{std::numeric_limits<std::uint32_t>::max()};

/// No name.
inline constexpr name_id no_name{std::numeric_limits<std::uint32_t>::max()};

[[nodiscard]] constexpr std::size_t to_index(name_id id) noexcept {
  return static_cast<std::size_t>(id);
}
[[nodiscard]] constexpr std::size_t to_index(package_id id) noexcept {
  return static_cast<std::size_t>(id);
}

}  // namespace opamplan
