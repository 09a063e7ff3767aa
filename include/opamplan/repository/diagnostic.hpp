/// \file
/// What was wrong with one file or folder of a repository; the rest of it loads all the same.
#pragma once

#include <cstdint>
#include <string>

#include "opamplan/base/config.hpp"
#include "opamplan/base/severity.hpp"

namespace opamplan {

struct repository_diagnostic {
  severity level = severity::error;
  std::uint32_t source = 0;  ///< Index into the sources given to `load_repository`.
  std::string path;          ///< Inside the source, with `/`; bytes that are not UTF-8 as `\xHH`.
  std::uint32_t line = 0;    ///< 1-based; 0: the message is about the whole file or folder.
  std::uint32_t column = 0;  ///< 1-based, in bytes.
  std::string message;
  std::string left_out_field{};  ///< Of a file that was read: the field that could not be, so that
                                 ///< the file is taken without it; `url.src` in a section.

  friend bool operator==(const repository_diagnostic&, const repository_diagnostic&) = default;
};

/// `path:line:column: error: message`.
[[nodiscard]] std::string to_string(const repository_diagnostic&);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/repository/impl/diagnostic.ipp"
#endif
