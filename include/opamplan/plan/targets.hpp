/// \file
/// Targets of a plan by name, and the plan of some of them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "opamplan/base/config.hpp"
#include "opamplan/plan/plan.hpp"

namespace opamplan {

/// The target `NAME.VERSION`, or of the newest target of `NAME`. Throws
/// `unknown_package` with what may have been meant; `invalid_request` with the reason if the plan
/// leaves it out. Linear in the targets.
[[nodiscard]] target_id find_target(const plan& p, std::string_view text);

/// The plan of these targets alone, named as for `find_target`: the steps that they need and what
/// those install, in the same order and with the same keys, so that caches serve both plans;
/// batches keep their order, those without a target are gone. Of what `p` leaves out, what is
/// named stays, with its reason. Linear in `p`. Throws as `find_target` does.
///
/// No strategy runs again: what is joined into chunks stays joined, and a plan made for these
/// targets alone may have fewer, larger batches.
[[nodiscard]] plan restricted_to(const plan& p, std::span<const std::string> targets);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/plan/impl/targets.ipp"
#endif
