#include "opamplan/base/rows.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace opamplan;

namespace {

using row = std::vector<std::uint32_t>;

/// 0 -> 1 2; 1 -> 3; 2 -> 3; 3 -> 1; 4 alone.
adjacency with_a_cycle() { return {{0, 2, 3, 4, 5, 5}, {1, 2, 3, 3, 1}}; }

template <class Visit>
void each_edge(std::uint32_t v, const Visit& visit) {
  const adjacency graph = with_a_cycle();
  for (const std::uint32_t d : graph[v]) visit(d);
}

row row_of(const adjacency& rows, std::size_t i) { return {rows[i].begin(), rows[i].end()}; }

}  // namespace

TEST_CASE("rows come back as they were added, sets ascending and each value once") {
  adjacency rows;
  CHECK(rows.size() == 0);
  rows.add_row(row{3, 1, 3});
  rows.add_row({});
  rows.values.insert(rows.values.end(), {5, 2, 5, 2});
  rows.close_set();
  rows.values.push_back(7);
  rows.close_row();
  REQUIRE(rows.size() == 4);
  CHECK(row_of(rows, 0) == row{3, 1, 3});
  CHECK(rows[1].empty());
  CHECK(row_of(rows, 2) == row{2, 5});
  CHECK(row_of(rows, 3) == row{7});
}

TEST_CASE("transposed rows say which rows hold a value, ascending") {
  const adjacency back = transposed(with_a_cycle(), 6);
  REQUIRE(back.size() == 6);
  CHECK(back[0].empty());
  CHECK(row_of(back, 1) == row{0, 3});
  CHECK(row_of(back, 3) == row{1, 2});
  CHECK(back[5].empty());
  CHECK(transposed(transposed(with_a_cycle(), 5), 5) == with_a_cycle());
}

TEST_CASE("counted rows keep the order of the visits") {
  const adjacency rows = counted_rows(2, [](const auto& visit) {
    visit(1, 9U);
    visit(0, 4U);
    visit(1, 3U);
  });
  CHECK(row_of(rows, 0) == row{4});
  CHECK(row_of(rows, 1) == row{9, 3});
}

TEST_CASE("what is reached includes the start, and cycles end") {
  const auto each = [](std::uint32_t v, const auto& visit) { each_edge(v, visit); };
  CHECK(reached_from(0, 5, each) == std::vector<bool>{true, true, true, true, false});
  CHECK(reached_from(3, 5, each) == std::vector<bool>{false, true, false, true, false});
}

TEST_CASE("of the shortest paths the first is taken, and none is empty") {
  const auto each = [](std::uint32_t v, const auto& visit) { each_edge(v, visit); };
  CHECK(shortest_path(0, 3, 5, each) == row{0, 1, 3});
  CHECK(shortest_path(2, 2, 5, each) == row{2});
  CHECK(shortest_path(1, 4, 5, each).empty());
}
