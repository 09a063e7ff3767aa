/// \file
/// A Makefile that carries a plan out.
#pragma once

#include <string>

#include "opamplan/base/config.hpp"
#include "opamplan/emit/options.hpp"
#include "opamplan/plan/plan.hpp"

namespace opamplan {

/// Builds the batches of the Dockerfiles with buildctl, each after those that it stands on, one
/// after the other, or the shards of a wave side by side. Its variables are said in it.
[[nodiscard]] std::string makefile(const plan& p, const emit_options& options);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/emit/impl/makefile.ipp"
#endif
