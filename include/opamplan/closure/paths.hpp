/// \file
/// Paths of dependencies: through what does one package need another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/solve/solution.hpp"

namespace opamplan {

/// The vertices of a shortest path, both ends included; empty if there is none. Linear.
[[nodiscard]] std::vector<std::uint32_t> shortest_path(const adjacency& graph, std::uint32_t from,
                                                       std::uint32_t to);

/// How many paths there are, in an acyclic graph; 2^64 - 1 stands for that many or more. Linear.
[[nodiscard]] std::uint64_t count_paths(const adjacency& graph, std::uint32_t from,
                                        std::uint32_t to);

/// The first `limit` paths in the order of their vertices, in an acyclic graph. Linear in the
/// output: branches that do not reach `to` are not walked.
[[nodiscard]] std::vector<std::vector<std::uint32_t>> paths(const adjacency& graph,
                                                            std::uint32_t from, std::uint32_t to,
                                                            std::size_t limit);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/closure/impl/paths.ipp"
#endif
