#include "opamplan/package/filter.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

#include "package/small_files.hpp"

using namespace opamplan;
using small_files::filter_of;
using small_files::in;

namespace {

environment some_environment() {
  environment env;
  env.set("yes", true);
  env.set("no", false);
  env.set("os", "linux");
  env.set("truth", "true");
  env.set("a:installed", true);
  env.set("b:installed", false);
  env.set("c:installed", true);
  env.set("a:version", "1.10");
  env.set("percent", "100%");
  return env;
}

std::string value_of(const std::string& text) {
  const environment env = some_environment();
  const auto v = evaluate(filter_of(text), in(env));
  return v ? to_string(*v) : "undefined";
}

std::string rest_of(const std::string& text) {
  const environment env = some_environment();
  return to_string(partially_evaluate(filter_of(text), in(env)));
}

}  // namespace

TEST_CASE("and, or, not have three values") {
  const std::array<const char*, 3> operands = {"yes", "no", "nothing"};
  const char* const conjunction[3][3] = {{"true", "false", "undefined"},
                                         {"false", "false", "false"},
                                         {"undefined", "false", "undefined"}};
  const char* const disjunction[3][3] = {
      {"true", "true", "true"}, {"true", "false", "undefined"}, {"true", "undefined", "undefined"}};
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      CAPTURE(operands[i]);
      CAPTURE(operands[j]);
      CHECK(value_of(std::string(operands[i]) + " & " + operands[j]) == conjunction[i][j]);
      CHECK(value_of(std::string(operands[i]) + " | " + operands[j]) == disjunction[i][j]);
    }
  }
  CHECK(value_of("!yes") == "false");
  CHECK(value_of("!no") == "true");
  CHECK(value_of("!nothing") == "undefined");
}

TEST_CASE("definedness is never undefined") {
  CHECK(value_of("?yes") == "true");
  CHECK(value_of("?no") == "true");
  CHECK(value_of("?nothing") == "false");
  CHECK(value_of("?a:installed") == "true");
  CHECK(value_of("?z:installed") == "false");
  CHECK(value_of("!?nothing") == "true");
}

TEST_CASE("relations compare as versions and are undefined where an operand is") {
  CHECK(value_of("a:version >= \"1.9\"") == "true");
  CHECK(value_of("a:version < \"1.9\"") == "false");
  CHECK(value_of("os = \"linux\"") == "true");
  CHECK(value_of("os != \"linux\"") == "false");
  CHECK(value_of("nothing = \"linux\"") == "undefined");
  CHECK(value_of("nothing != \"linux\"") == "undefined");
  CHECK(value_of("yes & os = \"linux\" | nothing") == "true");
}

TEST_CASE("texts true and false count as booleans, others as nothing") {
  CHECK(value_of("truth & yes") == "true");
  CHECK(value_of("!truth") == "false");
  CHECK(value_of("os & yes") == "undefined");
  const environment env = some_environment();
  CHECK(evaluate_bool(filter_of("os"), in(env), true));
  CHECK(!evaluate_bool(filter_of("nothing"), in(env), false));
}

TEST_CASE("texts are interpolated") {
  const environment env = some_environment();
  const auto text = [&](const char* s) { return interpolate(s, in(env)); };
  CHECK(text("plain") == "plain");
  CHECK(text("-%{os}%-") == "-linux-");
  CHECK(text("%{nothing}%") == "");
  CHECK(text("%{yes?x:y}%") == "x");
  CHECK(text("%{no?x:y}%") == "y");
  CHECK(text("%{nothing?x:y}%") == "y");
  CHECK(text("%{yes?:y}%") == "");
  CHECK(text("%{a:version}%") == "1.10");
  CHECK(text("%{a+c:installed?x:y}%") == "x");
  CHECK(text("%{a+b:installed?x:y}%") == "y");
  CHECK(text("%{a+z:installed?x:y}%") == "y");
  CHECK(text("--%{a:enable}%-x --%{b:enable}%-y --%{z:enable}%-z") ==
        "--enable-x --disable-y --disable-z");
  CHECK(text("100%% %{os}%") == "100% linux");
  CHECK(text("%{os") == "%{os");
  CHECK(text("%{os\n}%") == "%{os\n}%");
  CHECK(text("50%") == "50%");
  CHECK(text("%{percent}%") == "100%");
}

TEST_CASE("references are read and written") {
  for (const char* s :
       {"os", "a:version", "a+b:installed", "_:name", "yes?x:y", "a+b:installed?x:y", "a:b?:"}) {
    CAPTURE(s);
    CHECK(variable_reference::parse(s).to_string() == s);
  }
  const auto ref = variable_reference::parse("a+b:var?x:y");
  CHECK(ref.packages == std::vector<std::string>{"a", "b"});
  CHECK(ref.name == "var");
  REQUIRE(ref.converter);
  CHECK(ref.converter->first == "x");
  CHECK(ref.converter->second == "y");
}

TEST_CASE("partial evaluation keeps what is not known and nothing else") {
  CHECK(rest_of("yes & nothing") == "true & nothing");
  CHECK(rest_of("no & nothing") == "false");
  CHECK(rest_of("nothing | yes") == "true");
  CHECK(rest_of("os = \"linux\" & other >= \"1\"") == "true & other >= \"1\"");
  CHECK(rest_of("\"%{os}%-%{nothing}%\" = other") == "\"linux-%{nothing}%\" = other");
  CHECK(rest_of("!nothing") == "!nothing");
  CHECK(rest_of("?nothing") == "false");
}

TEST_CASE("a partly evaluated filter has the value of the whole once the rest is known") {
  environment known = some_environment();
  environment all = known;
  all.set("nothing", true);
  all.set("other", "2");
  for (const char* s :
       {"yes & nothing", "no | nothing", "!nothing | os = \"linux\"", "other >= \"1\" & nothing",
        "\"%{os}%%{other}%\" = \"linux2\"", "!(nothing & other < \"2\")", "percent = \"100%%\""}) {
    CAPTURE(s);
    const filter f = filter_of(s);
    CHECK(evaluate(partially_evaluate(f, in(known)), in(all)) == evaluate(f, in(all)));
  }
}

TEST_CASE("a filter mentions every variable that its evaluation looks up") {
  const char* const filters[] = {"os",
                                 "!os & arch = \"x\" | ?family",
                                 "a:installed",
                                 "a+b+_:var & c:enable",
                                 "\"%{os?yes:no}%%{c+d:enable}%\" = \"yes\"",
                                 "\"%{os}%-%{a+b:var?x:y}%\" >= \"%{_:name}%\""};
  const std::optional<variable_value> values[] = {std::nullopt, true, false, "text"};
  for (const char* const text : filters) {
    CAPTURE(text);
    const filter f = filter_of(text);
    for (const auto& value : values) {
      static_cast<void>(evaluate(f, [&](std::string_view name) {
        CAPTURE(name);
        CHECK(mentions_variable(f, [&](std::string_view other) { return other == name; }));
        return value;
      }));
    }
    CHECK_FALSE(mentions_variable(f, [](std::string_view name) { return name == "version"; }));
  }
}

TEST_CASE("availability: undefined and texts do not hold") {
  const environment env = some_environment();
  CHECK(is_available(filter{}, env, "p", "1"));
  CHECK(is_available(filter_of("os = \"linux\""), env, "p", "1"));
  CHECK(!is_available(filter_of("os = \"win32\""), env, "p", "1"));
  CHECK(!is_available(filter_of("nothing"), env, "p", "1"));
  CHECK(!evaluate_available(filter_of("nothing"), env, "p", "1").has_value());
  CHECK(!is_available(filter_of("\"text\""), env, "p", "1"));
  CHECK(is_available(filter_of("version >= \"1.5\""), env, "p", "1.10"));
}
