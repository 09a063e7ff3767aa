#include "opamplan/emit/script.hpp"

#include <doctest/doctest.h>

#include "emit/emitted.hpp"
#include "opamplan/error.hpp"

using namespace opamplan;
using namespace opamplan::test;

TEST_CASE("the step script holds what options say, else opam's own commands") {
  CHECK(has(step_script({}), "opam install --switch=default"));
  CHECK(has(step_script({}), "apt-get install"));
  emit_options o;
  o.install = "echo my own install";
  o.depexts = "echo my own depexts";
  o.time_limit = 30;
  o.log_limit = 1000;
  const std::string text = step_script(o);
  CHECK(has(text, "install_package() {\necho my own install\n}"));
  CHECK(has(text, "echo my own depexts\n}"));
  CHECK(has(text, "time_limit=30\nlog_half=500\n"));
  CHECK(!has(text, "opam install --switch=default"));
}

TEST_CASE("scripts are for a plain shell") {
  CHECK(step_script({}).rfind("#!/bin/sh\n", 0) == 0);
  CHECK(collect_script().rfind("#!/bin/sh\n", 0) == 0);
}

TEST_CASE("a snapshot is a date and nothing else") {
  emit_options o;
  o.snapshot = "20250901T000000Z";
  CHECK(has(default_setup(o), "20250901T000000Z"));
  o.snapshot = "2025; id";
  CHECK_THROWS_AS((void)default_setup(o), invalid_request);
}
