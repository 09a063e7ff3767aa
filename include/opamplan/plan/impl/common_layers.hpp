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
  for (const layer_id l : layers.layers.indices()) {
    for (const layer_id d : layers.closures[l]) images[l] += sizes[d];
  }
  return images;
}

/// By layer: of its closure the candidate whose image is worth most to have in common, by its size
/// and by how many layers it is a candidate of. `none` if it has none.
template <class IsCandidate>
index_vector<layer_id, layer_id> common_layers(const layer_graph& layers,
                                               std::span<const std::uint64_t> images,
                                               const IsCandidate& is_candidate) {
  const auto each_candidate = [&](layer_id l, const auto& take) {
    for (const layer_id d : layers.closures[l]) {
      if (is_candidate(l, d)) take(d);
    }
  };
  std::vector<std::uint64_t> uses(layers.size(), 0);
  for (const layer_id l : layers.layers.indices()) {
    each_candidate(l, [&](layer_id d) { ++uses[d]; });
  }
  const auto worth = [&](layer_id d) {
    return static_cast<double>(images[d]) * static_cast<double>(uses[d]);
  };
  index_vector<layer_id, layer_id> common(layers.size());
  for (const layer_id l : layers.layers.indices()) {
    each_candidate(l, [&](layer_id d) {
      if (common[l] == layer_id::none || worth(d) > worth(common[l])) common[l] = d;
    });
  }
  return common;
}

}  // namespace opamplan::plan_impl
