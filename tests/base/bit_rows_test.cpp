#include "opamplan/base/bit_rows.hpp"

#include <doctest/doctest.h>

using namespace opamplan;

TEST_CASE("rows of bits hold what was added to them, and no other row does") {
  bit_rows rows(3, 130);
  for (const std::size_t number : {0U, 63U, 64U, 129U}) rows.add(1, number);
  CHECK(rows.count(0) == 0);
  CHECK(rows.count(1) == 4);
  CHECK(rows.count(2) == 0);
  CHECK(rows.holds(1, 129));
  CHECK(!rows.holds(1, 65));
  CHECK(!rows.holds(2, 0));
}

TEST_CASE("a row takes in another, which stays as it is") {
  bit_rows rows(2, 70);
  rows.add(0, 1);
  rows.add(0, 69);
  rows.add(1, 1);
  rows.add(1, 2);
  rows.add_row(1, 0);
  CHECK(rows.count(1) == 3);
  CHECK(rows.holds(1, 69));
  CHECK(rows.count(0) == 2);
}
