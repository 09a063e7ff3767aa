#include "opamplan/plan/json.hpp"

#include <doctest/doctest.h>

#include "plan/small_plans.hpp"

using namespace opamplan;
using namespace opamplan::test;

namespace {

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string error_of(const std::string& text) {
  try {
    static_cast<void>(plan_from_json(text));
  } catch (const plan_format_error& e) {
    return e.what();
  }
  return "none";
}

}  // namespace

TEST_CASE("a plan comes back as it was, from equal bytes") {
  for (std::uint32_t seed = 1; seed <= 10; ++seed) {
    const solved s = solve_random(seed);
    for (const strategy each : all_strategies) {
      limits l = depth_limit(3);
      l.batch_targets = 4;
      const plan p = make_plan(s.in, s.solutions, with(each, l));
      const std::string text = to_json(p);
      const plan again = plan_from_json(text);
      CHECK(again == p);
      CHECK(to_json(again) == text);
    }
  }
}

TEST_CASE("texts with quotes, controls and other scripts come back") {
  solved s = solve_files(diamond());
  plan p = make_plan(s.in, s.solutions, {});
  p.packages[0].opam = "\"\\\n\t\x01 \xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xab\x7f";
  p.base.image = "a\"b\\c";
  p.packages[0].files = {{"fix.patch", std::string("\0\xff\n", 3), true}, {"sub/b", "", false}};
  p.packages[1].accepts_failure = true;
  p.packages[1].opam = "\xff\xc3(";  // not UTF-8
  CHECK(plan_from_json(to_json(p)) == p);
}

TEST_CASE("a file of a package that would be written elsewhere is refused") {
  const solved s = solve_files(diamond());
  plan p = make_plan(s.in, s.solutions, {});
  for (const char* const path : {"..", "../x", "a/../../x", "/x", "a//b", "", ".", "a/"}) {
    CAPTURE(path);
    p.packages[0].files = {{path, "", false}};
    CHECK(error_of(to_json(p)) == "plan: packages[0].files[0].path: it is no path below a folder");
  }
}

TEST_CASE("what is no plan is refused by name") {
  const solved s = solve_files(diamond());
  const std::string good = to_json(make_plan(s.in, s.solutions, {}));
  CHECK(error_of(good) == "none");
  CHECK(error_of("") != "none");
  CHECK(error_of("[]") != "none");
  CHECK(error_of("{\"schema\": \"other\"}").find("schema") != std::string::npos);
  CHECK(error_of(replaced(good, "\"graft\"", "\"weld\"")).find("weld") != std::string::npos);
  CHECK(error_of(replaced(good, "\"targets\"", "\"tagrets\"")).find("targets") !=
        std::string::npos);
  CHECK(error_of(replaced(good, "\"depth\": 1", "\"depth\": -1")).find("depth") !=
        std::string::npos);
  CHECK(error_of(replaced(good, "\"key\": \"", "\"key\": \"zz")).find("key") != std::string::npos);
  CHECK(error_of(replaced(good, "\"parent\": 1", "\"parent\": 4000")).find("parent") !=
        std::string::npos);
  CHECK(error_of(replaced(good, "\"depth\": 1", "\"depth\": \"1\"")).find("a number") !=
        std::string::npos);
  CHECK(error_of(replaced(good, "\"size\": 1", "\"size\": 18446744073709551615")).find("size") !=
        std::string::npos);
  CHECK(error_of(std::string(50'000, '[')) ==
        "plan: line 1, column 101: arrays and objects are nested too deeply");
  CHECK(error_of(replaced(good, "\"installs\": [0]", "\"installs\": [99]")).find("install") !=
        std::string::npos);
}

TEST_CASE("what is wrong is told with the way to it") {
  const solved s = solve_files(diamond());
  plan p = make_plan(s.in, s.solutions, {});
  const std::string good = to_json(p);
  const std::string key = to_hex(p.steps[2].key);
  const std::string step = "\"key\": \"" + key + "\", \"parent\"";
  REQUIRE(good.find(step) != std::string::npos);
  CHECK(error_of(replaced(good, step, "\"key\": \"x" + key.substr(1) + "\", \"parent\"")) ==
        "plan: steps[2].key: a key of 64 hexadecimal digits is expected");
  CHECK(error_of(replaced(good, "\"with_test\": false", "\"with_test\": 0")) ==
        "plan: base.with_test: true or false is expected");
  std::swap(p.targets[0], p.targets[1]);
  CHECK(error_of(to_json(p)) ==
        "plan: targets[1]: its name comes before that of the one before it");
}

TEST_CASE("a text cut anywhere is refused") {
  const solved s = solve_files(diamond());
  const std::string good = to_json(make_plan(s.in, s.solutions, {}));
  for (std::size_t n = 0; n + 2 < good.size(); n += 37) {
    CHECK_THROWS_AS(static_cast<void>(plan_from_json(good.substr(0, n))), plan_format_error);
  }
}

TEST_CASE("members that are not known are ignored") {
  const solved s = solve_files(diamond());
  const plan p = make_plan(s.in, s.solutions, {});
  CHECK(plan_from_json(replaced(to_json(p), "{\"schema\"", "{\"comment\": 1, \"schema\"")) == p);
}
