/// \file
/// Places in a text: byte spans, and lines and columns for people.
#pragma once

#include <cstdint>

namespace opamplan::syntax {

/// 1-based; the column counts bytes.
struct position {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  friend bool operator==(const position&, const position&) = default;
};

/// Byte offsets [begin, end) into a file's text.
struct span {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  friend bool operator==(const span&, const span&) = default;
};

}  // namespace opamplan::syntax
