/// \file
/// What a builder can take: named profiles, each number with its source.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "opamplan/base/config.hpp"

namespace opamplan {

/// 0 means without limit.
struct limits {
  std::string name;
  std::size_t depth = 0;               ///< Steps in one image, on top of the common header.
  std::size_t batch_targets = 0;       ///< Targets of one invocation.
  std::size_t batch_steps = 0;         ///< Install steps of one invocation.
  std::size_t file_bytes = 0;          ///< Of one Dockerfile.
  std::size_t definition_bytes = 0;    ///< Of one LLB definition, as one message.
  std::size_t cache_record_bytes = 0;  ///< Of what one invocation exports to a cache, the layers'
                                       ///< contents apart.
  std::size_t line_bytes = 0;          ///< Of one line of a Dockerfile.
  std::size_t batches = 0;             ///< Jobs that a CI system takes in one go.
  std::string reason;                  ///< Where the numbers come from.

  friend bool operator==(const limits&, const limits&) = default;
};

/// `buildkit` (one solve a batch through buildctl, overlayfs snapshots), `docker` (the same, into
/// Docker's built-in store), `bake` (docker-bake targets), `github` (`buildkit` in a matrix),
/// `none`.
[[nodiscard]] const std::vector<limits>& limit_profiles();

/// Throws `invalid_request`, naming those there are.
[[nodiscard]] const limits& limit_profile(std::string_view name);

/// Layers of the base image for which the profiles' `depth` leaves room; the steps of the header
/// (`prepare`, `setup`, an instruction or two) are the rest of what they leave.
inline constexpr std::size_t usual_base_layers = 9;

/// The same limits on a base image of so many layers: each above the usual ones is a step less.
/// Throws `invalid_request` if none is left.
[[nodiscard]] limits on_base(limits l, std::size_t layers);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/plan/impl/limits.ipp"
#endif
