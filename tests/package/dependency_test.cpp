#include "opamplan/package/dependency.hpp"

#include <doctest/doctest.h>

#include <string>

#include "package/small_files.hpp"

using namespace opamplan;
using small_files::depends_of;

namespace {

std::string left_of(const std::string& text, const dependency_context& context = {},
                    const std::string& version = "1.2") {
  environment env;
  env.set("os", "linux");
  return to_string(evaluate_depends(depends_of(text), env, "p", version, context));
}

}  // namespace

TEST_CASE("each dependency variable turns its dependencies on and off") {
  const std::string text =
      R"(["a" {build} "b" {post} "c" {with-test} "d" {with-doc} "e" {with-dev-setup} "f"])";
  CHECK(left_of(text) == "a & b & f");
  CHECK(left_of(text, {.build = false}) == "b & f");
  CHECK(left_of(text, {.post = false}) == "a & f");
  CHECK(left_of(text, {.with_test = true}) == "a & b & c & f");
  CHECK(left_of(text, {.with_doc = true}) == "a & b & d & f");
  CHECK(left_of(text, {.with_dev_setup = true}) == "a & b & e & f");
}

TEST_CASE("dev holds for the version dev, and for what the context calls one") {
  CHECK(left_of(R"(["a" {dev} "b" {!dev}])") == "b");
  CHECK(left_of(R"(["a" {dev} "b" {!dev}])", {.dev = true}) == "a");
  CHECK(left_of(R"(["a" {dev} "b" {!dev}])", {}, "dev") == "a");
}

TEST_CASE("filters stand inside version constraints") {
  CHECK(left_of(R"(["a" {>= "1" & with-test}])") == "[]");
  CHECK(left_of(R"(["a" {>= "1" & with-test}])", {.with_test = true}) == "a >= 1");
  CHECK(left_of(R"(["a" {>= "1" & os = "linux"}])") == "a >= 1");
  CHECK(left_of(R"(["a" {>= "1" & os = "win32"}])") == "[]");
  CHECK(left_of(R"(["a" {os = "win32" | >= "1"}])") == "a >= 1");
  CHECK(left_of(R"(["a" {os = "linux" | >= "1"}])") == "a");
}

TEST_CASE("a version may be a variable or hold one") {
  CHECK(left_of(R"(["a" {= version}])") == "a = 1.2");
  CHECK(left_of(R"(["a" {>= "%{version}%-x"}])") == "a >= 1.2-x");
  CHECK(left_of(R"(["a" {= nothing}])") == "a");
}

TEST_CASE("what is undefined is false, and its negation too") {
  CHECK(left_of(R"(["a" {nothing} "b" {!nothing} "c"])") == "c");
  CHECK(left_of(R"(["a" {?nothing} "b" {!?nothing}])") == "b");
}

TEST_CASE("alternatives lose what vanishes") {
  CHECK(left_of(R"([("a" {with-test} | "b") "c"])") == "(b) & c");
  CHECK(left_of(R"([("a" | "b") & "c"])") == "(a | b) & c");
  CHECK(left_of(R"(["a" {with-test} | "b" {with-doc}])") == "[]");
  CHECK(left_of("[]") == "[]");
}

TEST_CASE("a dependency mentions the variables of all its filters, and no names of packages") {
  const auto mentions = [](const char* text, std::string_view variable) {
    return mentions_variable(depends_of(text),
                             [&](std::string_view name) { return name == variable; });
  };
  const char* const text = R"(["a" {with-test & >= "%{v}%"} ("b" | "c" {!?os & = version})])";
  for (const char* variable : {"with-test", "v", "os", "version"}) CHECK(mentions(text, variable));
  for (const char* other : {"a", "b", "c", "arch"}) CHECK_FALSE(mentions(text, other));
}

TEST_CASE("an evaluation tells what it looked at, and nothing else can change its value") {
  struct row {
    const char* text;
    bool environment, package, switches, post;
  };
  const row rows[] = {
      {R"(["a"])", false, false, false, false},
      {R"(["a" {>= "1" & != "1.5"} | "b" {"yes" = "no"}])", false, false, false, false},
      {R"(["a" {os = "linux"}])", true, false, false, false},
      {R"(["a" {>= "%{os}%"}])", true, false, false, false},
      {R"(["a" {= version}])", false, true, false, false},
      {R"(["a" {= "%{version}%~"}])", false, true, false, false},
      {R"(["a" {?version}])", false, true, false, false},
      {R"(["a" {dev}])", false, true, false, false},
      {R"(["a" {build | with-test}])", false, false, true, false},
      {R"(["a" {!with-doc & with-dev-setup}])", false, false, true, false},
      {R"(["a" {post}])", false, false, true, true},
      {R"(["a" {?with-test & post}])", true, false, true, true},
      {R"(["a" {dune:version >= "2"}])", true, false, false, false},
  };
  for (const row& r : rows) {
    CAPTURE(r.text);
    looked_at looked;
    static_cast<void>(evaluate_depends(depends_of(r.text), {}, "p", "1.2", {}, &looked));
    CHECK(looked.environment == r.environment);
    CHECK(looked.package == r.package);
    CHECK(looked.switches == r.switches);
    CHECK(looked.post == r.post);
    CHECK(looked.anything() == (r.environment || r.package || r.switches));
  }
}
