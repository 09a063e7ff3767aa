/// \file
/// How long work reports and is cancelled.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

namespace opamplan {

/// One report of long work: `done` of `total` units of the stage (`total` 0: not known).
struct progress_event {
  std::string_view stage;  ///< For example "load", "solve". Valid during the call only.
  std::size_t done = 0;
  std::size_t total = 0;
};

/// Called from one thread at a time, at most some hundred times a second. Return false to cancel:
/// the work then throws `opamplan::cancelled` and leaves nothing half done. May be empty.
using progress_callback = std::function<bool(const progress_event&)>;

}  // namespace opamplan
