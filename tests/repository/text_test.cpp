#include <doctest/doctest.h>

#include <opamplan/repository/detail/text.hpp>
#include <utility>
#include <vector>

using namespace opamplan::detail;

TEST_CASE("printable text is UTF-8 whatever the bytes are") {
  const std::vector<std::pair<std::string, std::string>> table{
      {"plain", "plain"},
      {"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xab", "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xab"},
      {"\xff", "\\xff"},
      {"a\nb\x7f", "a\\x0ab\\x7f"},
      {"\xc0\x80", "\\xc0\\x80"},           // longer than needed
      {"\xed\xa0\x80", "\\xed\\xa0\\x80"},  // a surrogate
      {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
      {"\xe2\x82", "\\xe2\\x82"},  // cut
  };
  for (const auto& [bytes, shown] : table) CHECK(printable(bytes) == shown);
}

TEST_CASE("NAME.VERSION splits at the first dot, by opam's rules") {
  const auto parts = split_full_name("dune.3.24.2");
  REQUIRE(parts);
  CHECK(parts->name == "dune");
  CHECK(parts->version == "3.24.2");
  for (const char* good : {"0install.2.18", "ocaml+x.1~a+b-2", "a_b.dev"})
    CHECK(split_full_name(good));
  for (const char* bad : {"dune", "dune.", ".1", "12.3", "a b.1", "a.1/2", "a.1\xff", ""}) {
    CHECK_FALSE(split_full_name(bad));
  }
}

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
