/// \file
/// Which texts each file declares something with.
#pragma once

#include <cstdint>
#include <vector>

#include "opamplan/base/rows.hpp"

namespace opamplan {

/// By package, or by file where no repository holds them yet: positions in lists of distinct texts,
/// those of elements in one list, those of each field that is read as a whole in its own.
struct declared_rows {
  flat_rows<std::uint32_t> depends;
  flat_rows<std::uint32_t> conflicts;
  flat_rows<std::uint32_t> depopts;
  std::vector<std::uint32_t> available;
  std::vector<std::uint32_t> conflict_classes;

  std::vector<std::uint8_t> avoid_version;  ///< No position: 1 if the flag is there.
};

}  // namespace opamplan
