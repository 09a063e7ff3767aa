#include "opamplan/emit/makefile.hpp"

#include <doctest/doctest.h>

#include "emit/emitted.hpp"
#include "opamplan/base/error.hpp"

using namespace opamplan;
using namespace opamplan::test;

TEST_CASE("make builds batches in order, and shards after what they stand on alone") {
  const std::string in_order = makefile(in_batches(), {});
  CHECK(has(in_order, "batches = batch0 batch1\n"));
  CHECK(has(in_order, "stamps/batch1: | stamps/batch0\n"));
  CHECK_FALSE(has(in_order, "stamps/batch0:"));

  const std::string apart = makefile(two_families(), {});
  CHECK(has(apart, "batches = batch0 batch1\n"));
  CHECK_FALSE(has(apart, "stamps/batch1:"));
  CHECK_FALSE(has(apart, "\ncaches_"));
}

TEST_CASE("a batch reads the caches of those that it stands on") {
  CHECK(has(makefile(in_batches(), {}), "\ncaches_batch1 = batch0\n"));
}

TEST_CASE("a cache holds all that steps made") {
  // A comma in the arguments of `if` would begin another one.
  const std::string text = makefile(in_batches(), {});
  CHECK(has(text, "\nwritten = $(call ref,$(1)),mode=max\n"));
  CHECK(has(text, " --export-cache $(call written,$(1)))\n"));
}

TEST_CASE("neither make nor the shell reads anything in a build argument") {
  emit_options o;
  o.network = "host";
  o.build_args = {{"ODD", "it's $HOME # @order@"}};
  CHECK(has(makefile(of_diamond(), o),
            "--allow network.host --opt 'build-arg:ODD=it'\\''s $$HOME # @order@' \\\n"));
  CHECK_FALSE(has(makefile(of_diamond(), {}), "--allow"));
}

TEST_CASE("what would end the line of a recipe is refused") {
  emit_options o;
  for (const char* const value : {"a\nb", "a\rb", "a\xc2\x85z", "a\xe2\x80\xa8z", "a\xff"}) {
    o.build_args = {{"TWO", value}};
    CHECK_THROWS_WITH_AS((void)makefile(of_diamond(), o),
                         doctest::Contains("build argument TWO: \"a"), invalid_request);
  }
  o.build_args = {{"ONE", "\xc3\xa9 \xe2\x82\xac"}};  // é and the sign of the euro
  CHECK(has(makefile(of_diamond(), o), "ONE=\xc3\xa9 \xe2\x82\xac"));
}
