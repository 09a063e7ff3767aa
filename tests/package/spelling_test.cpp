#include "opamplan/package/spelling.hpp"

#include <doctest/doctest.h>

#include "opamplan/base/error.hpp"
#include "opamplan/package/environment.hpp"

using namespace opamplan;

TEST_CASE("other tools' names are told from opam's") {
  const struct {
    const char* variable;
    const char* value;
    const char* opam;
  } cases[] = {
      {"arch", "aarch64", "arm64"},
      {"arch", "AMD64", "x86_64"},
      {"arch", "x64", "x86_64"},
      {"arch", "i686", "x86_32"},
      {"arch", "armv7l", "arm32"},
      {"arch", "ppc64le", "ppc64"},
      {"arch", "ARM64", "arm64"},
      {"os", "Darwin", "macos"},
      {"os", "Linux", "linux"},
      {"os", "windows", "win32"},
      {"os-distribution", "Debian", "debian"},
      {"os-distribution", "archlinux", "arch"},
      {"os-family", "redhat", "rhel"},
      // These are opam's, or nobody knows better.
      {"arch", "arm64", "arm64"},
      {"arch", "loongarch64", "loongarch64"},
      {"os", "freebsd", "freebsd"},
      {"os-family", "windows", "windows"},
      {"os-version", "Trixie", "Trixie"},
      {"user", "aarch64", "aarch64"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.value);
    CHECK(opam_spelling(c.variable, c.value) == c.opam);
  }
}

TEST_CASE("presets and the host are spelled as opam does") {
  for (const char* const variable : {"arch", "os", "os-distribution", "os-family"}) {
    CAPTURE(variable);
    for (const environment_preset& preset : environment_presets()) {
      const std::string value = to_string(*preset_environment(preset.name).get(variable));
      CHECK(opam_spelling(variable, value) == value);
    }
    const std::string host = to_string(*host_environment().get(variable));
    CHECK(opam_spelling(variable, host) == host);
  }
}

TEST_CASE("an architecture that opam spells otherwise is refused, with its spelling") {
  CHECK_THROWS_WITH_AS(static_cast<void>(preset_environment("debian-13", "aarch64")),
                       "opam knows no arch \"aarch64\"; did you mean arm64?", invalid_request);
  CHECK_NOTHROW(static_cast<void>(preset_environment("debian-13", "arm64")));
}
