#include "opamplan/closure/paths.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace opamplan;

namespace {

using path = std::vector<std::uint32_t>;

/// 0 -> 1 2; 1 -> 3; 2 -> 3; 3 -> 4; 5 alone.
adjacency diamond_graph() { return {{0, 2, 3, 4, 5, 5, 5}, {1, 2, 3, 3, 4}}; }

/// `n` diamonds one after the other: 2^n paths from 0 to 3n.
adjacency diamonds(std::uint32_t n) {
  adjacency a;
  const auto row = [&](const std::vector<std::uint32_t>& targets) { a.add_row(targets); };
  for (std::uint32_t i = 0; i < n; ++i) {
    row({3 * i + 1, 3 * i + 2});
    row({3 * i + 3});
    row({3 * i + 3});
  }
  row({});
  return a;
}

}  // namespace

TEST_CASE("paths of a diamond") {
  const adjacency g = diamond_graph();
  CHECK(shortest_path(g, 0, 4) == path{0, 1, 3, 4});
  CHECK(shortest_path(g, 2, 2) == path{2});
  CHECK(shortest_path(g, 4, 0).empty());
  CHECK(count_paths(g, 0, 4) == 2);
  CHECK(count_paths(g, 0, 5) == 0);
  CHECK(paths(g, 0, 4, 10) == std::vector<path>{{0, 1, 3, 4}, {0, 2, 3, 4}});
  CHECK(paths(g, 0, 4, 1) == std::vector<path>{{0, 1, 3, 4}});
  CHECK(paths(g, 0, 5, 10).empty());
  CHECK(paths(g, 3, 3, 10) == std::vector<path>{{3}});
}

TEST_CASE("counting does not enumerate, and stops at the largest number") {
  CHECK(count_paths(diamonds(20), 0, 60) == std::uint64_t{1} << 20);
  CHECK(count_paths(diamonds(70), 0, 210) == std::numeric_limits<std::uint64_t>::max());
  CHECK(paths(diamonds(70), 0, 210, 5).size() == 5);
  CHECK(paths(diamonds(5), 0, 15, 1000).size() == 32);
}
