#pragma once

#include <fmt/format.h>

#include "opamplan/repository/diagnostic.hpp"

namespace opamplan {

OPAMPLAN_INLINE std::string to_string(const repository_diagnostic& d) {
  const char* level = d.level == severity::error ? "error" : "warning";
  if (d.line == 0) return fmt::format("{}: {}: {}", d.path, level, d.message);
  return fmt::format("{}:{}:{}: {}: {}", d.path, d.line, d.column, level, d.message);
}

}  // namespace opamplan
