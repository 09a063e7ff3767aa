#include <doctest/doctest.h>

#include <opamplan/repository/impl/text.hpp>
#include <string>
#include <utility>
#include <vector>

using namespace opamplan::repository_impl;

TEST_CASE("stored strings stay where they are") {
  string_arena arena;
  std::vector<std::string_view> views;
  for (int i = 0; i < 20000; ++i) views.push_back(arena.store("name-" + std::to_string(i)));
  const std::string_view large = arena.store(std::string(200000, 'x'));
  const string_arena moved = std::move(arena);
  for (int i = 0; i < 20000; ++i)
    CHECK(views[static_cast<std::size_t>(i)] == "name-" + std::to_string(i));
  CHECK(large.size() == 200000);
}
