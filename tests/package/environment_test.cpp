#include "opamplan/package/environment.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

#include "opamplan/base/error.hpp"

using namespace opamplan;

TEST_CASE("every system named has a preset, and presets have what opam detects") {
  std::set<std::string> names;
  for (const auto& p : environment_presets()) {
    CHECK(names.insert(std::string(p.name)).second);
    for (const char* arch : {"x86_64", "arm64", "ppc64", "s390x", "riscv64"}) {
      const environment env = preset_environment(p.name, arch);
      CHECK(to_string(*env.get("arch")) == arch);
      for (const char* v : {"os", "os-distribution", "os-family"}) {
        REQUIRE(env.get(v) != nullptr);
        CHECK(!to_string(*env.get(v)).empty());
      }
    }
  }
  for (const char* name : {"debian-11", "debian-12", "debian-13", "ubuntu-20.04", "ubuntu-22.04",
                           "ubuntu-24.04", "ubuntu-26.04", "arch", "centos-9", "almalinux-9",
                           "macos-homebrew", "freebsd", "windows"}) {
    CAPTURE(name);
    CHECK(names.count(name) == 1);
  }
  for (const char* family : {"fedora-", "alpine-", "opensuse-"}) {
    CHECK(std::any_of(names.begin(), names.end(),
                      [&](const std::string& n) { return n.rfind(family, 0) == 0; }));
  }
}

TEST_CASE("an unknown preset is an error that says what may have been meant, or names all") {
  CHECK_THROWS_WITH_AS(
      (void)preset_environment("debain-12"),
      "unknown environment \"debain-12\"; did you mean debian-12, debian-11, debian-13?",
      invalid_request);
  CHECK_THROWS_WITH_AS((void)preset_environment("plan9"),
                       doctest::Contains("; there are: almalinux-8, almalinux-9, "),
                       invalid_request);
}

TEST_CASE("unset is not the same as empty or false") {
  environment env;
  env.set("a", "");
  env.set("b", false);
  CHECK(env.get("a") != nullptr);
  CHECK(env.get("b") != nullptr);
  CHECK(env.get("c") == nullptr);
  env.unset("a");
  env.unset("c");
  CHECK(env.get("a") == nullptr);
}

TEST_CASE("the canonical text is sorted, quoted and tells a text from a boolean") {
  environment env;
  env.set("z", true);
  env.set("a", "x\"y\\z");
  CHECK(env.canonical_text() == "a = \"x\\\"y\\\\z\"\nz = true\n");
  environment other = env;
  other.set("z", "true");
  CHECK(other.digest() != env.digest());
  CHECK(environment{}.digest() == 0xcbf29ce484222325U);
}

TEST_CASE("equal environments have equal digests, whatever the order of setting") {
  environment a;
  a.set("x", "1");
  a.set("y", "2");
  environment b;
  b.set("y", "2");
  b.set("x", "0");
  CHECK(a.digest() != b.digest());
  b.set("x", "1");
  CHECK(a == b);
  CHECK(a.digest() == b.digest());
}

TEST_CASE("the host has an environment") {
  const environment env = host_environment();
  CHECK(env.get("arch") != nullptr);
  CHECK(env.get("os") != nullptr);
}

TEST_CASE("values are read from a command line") {
  CHECK(parse_variable_value("true") == variable_value(true));
  CHECK(parse_variable_value("2.3") == variable_value("2.3"));
  CHECK(to_string(*with_ocaml({}, "5.3.0").get("ocaml:version")) == "5.3.0");
}
