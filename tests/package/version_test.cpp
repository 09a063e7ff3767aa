#include "opamplan/package/version.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

using opamplan::canonical_version;
using opamplan::compare_versions;
using opamplan::package;
using opamplan::package_view;
using opamplan::version;

namespace {

int sign(int n) { return (n > 0) - (n < 0); }

// Texts of the characters that the order treats differently, short enough to be often equal.
std::vector<std::string> some_versions(std::size_t count) {
  std::mt19937 random(20);
  const std::string letters = "00119aZ.~+-_";
  std::vector<std::string> out;
  for (std::size_t i = 0; i < count; ++i) {
    std::string v;
    const auto length = random() % 7;
    for (std::size_t j = 0; j < length; ++j) v += letters[random() % letters.size()];
    out.push_back(std::move(v));
  }
  return out;
}

}  // namespace

TEST_CASE("known hard cases are in opam's order") {
  // Each before the next.
  const std::vector<std::vector<std::string>> chains = {
      {"~~", "~~a", "~", "", "a"},
      {"1.0~~", "1.0~beta1", "1.0~beta10", "1.0~rc", "1.0", "1.0a", "1.0+a", "1.0.1"},
      {"0.9", "0.10", "1", "1.0.0", "10"},
      {"v0.9.0", "v0.17~preview.130.36+326", "v0.17", "v0.17.0"},
      {"1-1", "1-2", "1-10", "1.0", "1.0-0a"},
      {"2.0-1-9", "2.0-2-1"},
      {"1Z", "1a", "1+", "1."},
      {"99999999999999999999999", "100000000000000000000000"},
  };
  for (const auto& chain : chains) {
    for (std::size_t i = 0; i + 1 < chain.size(); ++i) {
      CAPTURE(chain[i]);
      CAPTURE(chain[i + 1]);
      CHECK(compare_versions(chain[i], chain[i + 1]) < 0);
      CHECK(compare_versions(chain[i + 1], chain[i]) > 0);
    }
  }
}

TEST_CASE("leading zeros and missing numbers do not tell versions apart") {
  CHECK(version("1.0") == version("1.00"));
  CHECK(version("1.0") == version("1."));
  CHECK(version("1.0") == version("1.0-0"));
  CHECK(version("1.0") == version("1.0-"));
  CHECK(version("0a1") != version("a1"));
  CHECK(version("1.0") != version("1.0.0"));
}

TEST_CASE("the order is total, antisymmetric and transitive, and hashes follow it") {
  const auto all = some_versions(160);
  std::size_t equal = 0;
  for (const auto& a : all) {
    CHECK(compare_versions(a, a) == 0);
    for (const auto& b : all) {
      const int ab = sign(compare_versions(a, b));
      REQUIRE(ab == -sign(compare_versions(b, a)));
      REQUIRE((ab == 0) == (canonical_version(a) == canonical_version(b)));
      if (ab == 0) {
        REQUIRE(std::hash<version>{}(version(a)) == std::hash<version>{}(version(b)));
        equal += a != b ? 1U : 0U;
      }
      if (ab > 0) continue;
      for (const auto& c : all) {
        const int bc = sign(compare_versions(b, c));
        if (bc > 0) continue;
        const int ac = sign(compare_versions(a, c));
        REQUIRE(ac <= 0);
        REQUIRE((ac == 0) == (ab == 0 && bc == 0));
      }
    }
  }
  CHECK(equal > 0);  // the property of equals was put to the test
}

TEST_CASE("what two versions begin with decides nothing between the rest") {
  for (const std::string both : {".", "1.", "1.10~", "a-", "1-1.", "2.0-1+", "v"}) {
    for (const auto& a : some_versions(160)) {
      for (const auto& b : some_versions(160)) {
        if ((a + b).find('-') != std::string::npos) continue;
        CAPTURE(both);
        CAPTURE(a);
        CAPTURE(b);
        CHECK(sign(compare_versions(both + a, both + b)) == sign(compare_versions(a, b)));
      }
    }
  }
}

TEST_CASE("packages are split at the first dot") {
  const auto p = package::parse("dune.3.24.2");
  REQUIRE(p);
  CHECK(p->name == "dune");
  CHECK(p->version.str() == "3.24.2");
  CHECK(p->to_string() == "dune.3.24.2");
  for (const char* bad : {"", "dune", "dune.", ".1", "1.2", "du ne.1", "dune.1 2", "a.1/2"}) {
    CAPTURE(bad);
    CHECK(!package::parse(bad));
  }
  CHECK(package::parse("0install.2.18"));
}

TEST_CASE("names and versions are what opam takes") {
  CHECK(opamplan::is_package_name("conf-g++"));
  CHECK(opamplan::is_package_name("0install"));
  CHECK(!opamplan::is_package_name("123"));
  CHECK(!opamplan::is_package_name("a:b"));
  CHECK(opamplan::is_version("v0.17~preview.1+2_3-4"));
  CHECK(!opamplan::is_version(""));
  CHECK(!opamplan::is_version("1:2"));
}

TEST_CASE("NAME.VERSION splits at the first dot, by opam's rules") {
  const auto parts = package_view::parse("dune.3.24.2");
  REQUIRE(parts);
  CHECK(parts->name == "dune");
  CHECK(parts->version == "3.24.2");
  for (const char* good : {"0install.2.18", "ocaml+x.1~a+b-2", "a_b.dev"})
    CHECK(package_view::parse(good));
  for (const char* bad : {"dune", "dune.", ".1", "12.3", "a b.1", "a.1/2", "a.1\xff", ""}) {
    CHECK_FALSE(package_view::parse(bad));
  }
}
