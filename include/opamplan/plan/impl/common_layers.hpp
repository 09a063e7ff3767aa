/// \file
/// Which images are worth having in common.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/plan/layers.hpp"

namespace opamplan::plan_impl {

/// By layer: the size of its image, its closure and itself.
inline std::vector<std::uint64_t> image_sizes(const layer_graph& layers,
                                              std::span<const std::uint64_t> sizes) {
  std::vector<std::uint64_t> images(sizes.begin(), sizes.end());
  for (std::uint32_t l = 0; l < layers.size(); ++l) {
    for (const std::uint32_t d : layers.closures[l]) images[l] += sizes[d];
  }
  return images;
}

/// By layer: of its closure the candidate whose image is worth most to have in common, by its size
/// and by how many layers it is a candidate of. `no_step` if it has none.
template <class IsCandidate>
std::vector<std::uint32_t> common_layers(const layer_graph& layers,
                                         std::span<const std::uint64_t> images,
                                         const IsCandidate& is_candidate) {
  const auto each_candidate = [&](std::uint32_t l, const auto& take) {
    for (const std::uint32_t d : layers.closures[l]) {
      if (is_candidate(l, d)) take(d);
    }
  };
  std::vector<std::uint64_t> uses(layers.size(), 0);
  for (std::uint32_t l = 0; l < layers.size(); ++l) {
    each_candidate(l, [&](std::uint32_t d) { ++uses[d]; });
  }
  const auto worth = [&](std::uint32_t d) {
    return static_cast<double>(images[d]) * static_cast<double>(uses[d]);
  };
  std::vector<std::uint32_t> common(layers.size(), no_step);
  for (std::uint32_t l = 0; l < layers.size(); ++l) {
    each_candidate(l, [&](std::uint32_t d) {
      if (common[l] == no_step || worth(d) > worth(common[l])) common[l] = d;
    });
  }
  return common;
}

}  // namespace opamplan::plan_impl
