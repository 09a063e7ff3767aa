/// \file
/// The exceptions of opamplan. Every one derives from `opamplan::error`.
#pragma once

#include <stdexcept>
#include <string>

namespace opamplan {

/// Base of everything opamplan throws. `what()` is one complete message for a person.
class error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Long work was cancelled through its progress callback.
class cancelled : public error {
 public:
  cancelled() : error("cancelled") {}
};

/// An argument that makes no sense: an unknown package, strategy, preset, limit...
class invalid_request : public error {
 public:
  using error::error;
};

}  // namespace opamplan
