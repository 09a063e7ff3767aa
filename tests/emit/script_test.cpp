#include "opamplan/emit/script.hpp"

#include <doctest/doctest.h>

#include "emit/emitted.hpp"
#include "opamplan/base/error.hpp"

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
  CHECK(has(text, "\ninstall_package() {\necho my own install\n} # end of install_package\n"));
  CHECK(has(text, "\nsystem_packages() {\necho my own depexts\n} # end of system_packages\n"));
  CHECK(has(text, "\nuser=opam\ntime_limit=30\nlog_half=500\n"));
  CHECK(!has(text, "opam install --switch=default"));
}

TEST_CASE("scripts are for a plain shell") {
  CHECK(step_script({}).rfind("#!/bin/sh\n", 0) == 0);
  CHECK(collect_script({}).rfind("#!/bin/sh\n", 0) == 0);
}

TEST_CASE("a snapshot is a date and nothing else") {
  emit_options o;
  o.snapshot = "20250901T000000Z";
  CHECK(has(default_setup({}, o), "\nsnapshot=20250901T000000Z\n"));
  o.snapshot = "2025; id";
  CHECK_THROWS_AS((void)default_setup({}, o), invalid_request);
}

TEST_CASE("the setup knows which opam the plan is for, who builds, and where sources are") {
  plan_base base;
  base.opam_version = "2.3.0";
  emit_options o;
  CHECK(has(default_setup(base, o), "\nuser=opam\nopam_from=\nopam_version=2.3.0\n"));
  CHECK(has(default_setup(base, o), "\nmirrors='\"file:///opamplan/in/cache\"'\n"));
  o.user = "builder";
  o.opam = "tools/opam";
  o.download_cache = false;
  o.archive_mirrors = {"https://mirror.example/cache"};
  CHECK(has(default_setup(base, o), "\nuser=builder\nopam_from=file\n"));
  CHECK(has(default_setup(base, o), "\nmirrors='\"https://mirror.example/cache\"'\n"));
  for (const char* const user : {"-x", "1a", "A", "a b", "a;id"}) {
    o.user = user;
    CHECK_THROWS_AS((void)default_setup(base, o), invalid_request);
    CHECK_THROWS_AS((void)step_script(o), invalid_request);
  }
}
