/// \file
/// What options ask of the program that builds, as words of its command line.
#pragma once

#include <string>

#include "opamplan/base/config.hpp"
#include "opamplan/emit/options.hpp"

namespace opamplan {

// For a shell, with a space after each word, so that others can follow; empty if nothing is asked.

/// What buildctl and buildx must be told to allow: the network of the machine.
[[nodiscard]] std::string allow_words(const emit_options& options);

/// The same and the build arguments, for `docker buildx build`. Throws `invalid_request` for values
/// that do not fit into a line.
[[nodiscard]] std::string buildx_words(const emit_options& options);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/emit/impl/builder_words.ipp"
#endif
