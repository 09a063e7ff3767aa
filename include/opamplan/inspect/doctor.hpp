/// \file
/// The doctor: proves that a plan is sound and within limits, or says where it is not.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/plan/limits.hpp"
#include "opamplan/plan/plan.hpp"

namespace opamplan {

/// One thing that is wrong.
struct plan_finding {
  std::string limit;          ///< The limit's name, for example "depth"; "contents" if unsound.
  std::string where;          ///< The step, target or batch.
  std::uint64_t value = 0;    ///< What was found; 0 for "contents".
  std::uint64_t allowed = 0;  ///< What the limit allows.
  std::string text;           ///< The whole as a sentence.
  std::string remedy;         ///< What to do.

  friend bool operator==(const plan_finding&, const plan_finding&) = default;
};

/// Everything wrong with `p`, measured by `l`; empty if nothing is. Contents are checked by
/// `contents_of`; sizes of files and definitions are the upper bounds of `estimate` (the real files
/// are measured by `inspect_dockerfile`). Linear in the sum of the images' sizes.
[[nodiscard]] std::vector<plan_finding> diagnose(const plan& p, const limits& l);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/inspect/impl/doctor.ipp"
#endif
