/// \file
/// What a builder's store grows by when a plan is carried out.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "opamplan/base/config.hpp"
#include "opamplan/plan/plan.hpp"

namespace opamplan {

/// Bytes of a step where no sizes are known, with all that it copies and its share of system
/// packages: of three builds of real packages on Debian 13 (docs/build.md, "Real builds"), whose
/// 219 and 407 steps of `graft` took 6,350 and 10,600 MB, and 303 of `merge` 4,880.
inline constexpr std::uint64_t default_step_bytes = 27'000'000;
inline constexpr std::uint64_t default_merged_step_bytes = 16'000'000;

/// Bytes of one run of the system's package manager: 81 of them took 2,283 MB there.
inline constexpr std::uint64_t default_system_bytes = 28'000'000;

/// Whether a plan was made with sizes of packages. One without takes each for one byte.
[[nodiscard]] bool has_sizes(const plan& p);

/// Bytes of what a step has the package manager install, if that is known.
using system_bytes_of = std::function<std::optional<std::uint64_t>(const plan_step&)>;

/// Bytes that the steps of a plan add to one builder's store, those left out whose build keys are
/// in `built` (ascending). A rough figure: with the packages' sizes, where the plan has them, it is
/// what steps install, copy and have the package manager install (`default_system_bytes` where
/// `system_bytes` does not know); else so much for each step. O(steps log built + grafts).
[[nodiscard]] std::uint64_t disk_bytes(const plan& p, std::span<const digest> built = {},
                                       const system_bytes_of& system_bytes = {});

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/plan/impl/disk.ipp"
#endif
