#include "opamplan/base/index.hpp"

#include <doctest/doctest.h>

#include <concepts>
#include <string>
#include <vector>

using namespace opamplan;

namespace {

using apple_id = index<struct apple>;
using pear_id = index<struct pear>;
using apples = index_vector<apple_id, std::string>;

template <class List, class Index>
concept subscripted = requires(List list, Index i) {
  list[i];
};
template <class A, class B>
concept compared = requires(A a, B b) {
  a == b;
};
template <class A, class B>
concept ordered = requires(A a, B b) {
  a < b;
};

}  // namespace

TEST_CASE("an index begins as none, which is no place in any vector") {
  const apple_id nowhere;
  CHECK(nowhere == apple_id::none);
  CHECK(nowhere != apple_id(0));
  CHECK(nowhere >= apples(3).size());
}

TEST_CASE("the compiler refuses an index of another kind") {
  static_assert(!std::convertible_to<int, apple_id>);
  static_assert(!std::constructible_from<apple_id, pear_id>);
  static_assert(!compared<apple_id, pear_id>);
  static_assert(!ordered<apple_id, pear_id>);
  static_assert(!subscripted<apples, pear_id>);
  static_assert(!subscripted<const apples, pear_id>);
  static_assert(subscripted<apples, apple_id>);
  static_assert(subscripted<apples, std::size_t>);
  static_assert(subscripted<std::vector<bool>, apple_id>);
}

TEST_CASE("a vector gives its indices in order, and the next one") {
  const apples list{"a", "b", "c"};
  std::string all;
  for (const apple_id i : list.indices()) all += list[i];
  CHECK(all == "abc");
  CHECK(list.next() == apple_id(3));
  for (const apple_id i : apples().indices()) FAIL("no index of nothing: " << i.value());
}
