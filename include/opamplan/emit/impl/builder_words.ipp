/// \file
/// Words for the programs that build.
#pragma once

#include "opamplan/base/config.hpp"
#include "opamplan/emit/builder_words.hpp"
#include "opamplan/emit/impl/build_arguments.hpp"
#include "opamplan/emit/quote.hpp"
#include "opamplan/emit/recipe.hpp"

namespace opamplan {

OPAMPLAN_INLINE std::string allow_words(const emit_options& options) {
  return network_of(options) == "host" ? "--allow network.host " : "";
}

OPAMPLAN_INLINE std::string buildx_words(const emit_options& options) {
  return allow_words(options) + emit_impl::argument_words(options, "--build-arg", "", shell_word);
}

}  // namespace opamplan
