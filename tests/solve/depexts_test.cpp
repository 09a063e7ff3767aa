#include "opamplan/solve/depexts.hpp"

#include <doctest/doctest.h>

#include "solve/small.hpp"

using namespace opamplan;
using namespace opamplan::test;

TEST_CASE("system packages are those of the environment, each once, sorted") {
  const universe u = small_universe(
      {{"top.1", R"(depexts: [["zlib" "m4"] {os-distribution = "debian"} ["z"] {os = "macos"}])"},
       {"other.1", R"(depexts: [["m4"] {os-family = "debian"} ["a"] {arch = "none"}])"},
       {"plain.1"}});
  const std::vector<package_id> both{id_of(u, "top.1"), id_of(u, "other.1"), id_of(u, "plain.1")};
  CHECK(depexts_of(u, both) == std::vector<std::string>{"m4", "zlib"});
  CHECK(depexts_of(u, std::span(both).subspan(2)).empty());
}
