#include "opamplan/repository/impl/text_pool.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

using opamplan::repository_impl::text_pool;

namespace {

/// Texts of all lengths up to 40, which differ in one byte from a neighbour, some of them nothing
/// but null bytes; each twice.
std::deque<std::string> some_texts() {
  std::deque<std::string> texts;
  for (int again = 0; again < 2; ++again) {
    for (std::size_t length = 0; length <= 40; ++length) {
      texts.emplace_back(length, '\0');
      for (std::size_t at = 0; at < length; ++at) {
        texts.emplace_back(length, 'x');
        texts.back()[at] = 'y';
      }
    }
  }
  return texts;
}

}  // namespace

TEST_CASE("each distinct text is read once, and its position is that of its first use") {
  const std::deque<std::string> texts = some_texts();
  text_pool<std::string> pool;
  std::uint32_t count = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const bool first = i < texts.size() / 2;
    const std::uint32_t at = pool.position(texts[i], [&] {
      CHECK(first);
      return texts[i];
    });
    CHECK(pool.values()[at] == texts[i]);
    if (first) CHECK(at == count++);
  }
  CHECK(pool.values().size() == count);
}

TEST_CASE(
    "of another pool the texts that are known have their old positions, the others new ones") {
  const std::deque<std::string> texts = {"a", "both", "c", "d"};
  const auto filled = [&](std::vector<std::size_t> which) {
    text_pool<std::string> pool;
    for (const std::size_t i : which) pool.position(texts[i], [&] { return texts[i]; });
    return pool;
  };
  text_pool<std::string> pool = filled({0, 1});
  CHECK(pool.take(filled({2, 1, 3})) == std::vector<std::uint32_t>{2, 1, 3});
  CHECK(pool.values() == std::vector<std::string>{"a", "both", "c", "d"});
}
