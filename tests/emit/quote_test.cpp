#include "opamplan/emit/quote.hpp"

#include <doctest/doctest.h>

#include "opamplan/base/error.hpp"

using namespace opamplan;

TEST_CASE("harmless words stay plain, all others stand in single quotes") {
  CHECK(shell_word("dune.3.24.2") == "dune.3.24.2");
  CHECK(shell_word("conf-g++.1.0~rc") == "conf-g++.1.0~rc");
  CHECK(shell_word("") == "''");
  CHECK(shell_word("a b") == "'a b'");
  CHECK(shell_word("$(id)`id`") == "'$(id)`id`'");
  CHECK(shell_word("it's") == "'it'\\''s'");
  CHECK(shell_word("~root") == "'~root'");
  CHECK(shell_word("HOME_OF=~root") == "'HOME_OF=~root'");
  CHECK(shell_word("A=/bin:~root") == "'A=/bin:~root'");
  CHECK(shell_word("-x") == "'-x'");
  CHECK(shell_word("a\\") == "'a\\'");
}

TEST_CASE("control characters and leading dashes are errors where nothing could quote them") {
  CHECK_THROWS_AS((void)shell_word("a\nRUN id"), invalid_request);
  CHECK_THROWS_AS((void)shell_word(std::string_view("a\0b", 3)), invalid_request);
  CHECK_THROWS_AS((void)script_word("-i"), invalid_request);
  CHECK_THROWS_AS((void)script_word(""), invalid_request);
  CHECK(script_word("a-i") == "a-i");
}

TEST_CASE("a path component is one component, and different for different texts") {
  CHECK(path_component("async_rpc.v0.17+x~y-z") == "async_rpc.v0.17+x~y-z");
  CHECK(path_component("..") == "%2E.");
  CHECK(path_component("a/b") == "a%2Fb");
  CHECK(path_component("a%2Fb") == "a%252Fb");
  CHECK(path_component("-x,y") == "%2Dx%2Cy");
}

TEST_CASE("strings of HCL end where they should and interpolate nothing") {
  CHECK(hcl_string("${a} %{b} $c") == R"("$${a} %%{b} $c")");
  CHECK(hcl_string("a\"}") == R"("a\"}")");
  CHECK(hcl_string("\xff!") == "\"\xEF\xBF\xBD!\"");
}

TEST_CASE("make sees no variable in a word") {
  CHECK(make_word("$(shell id)") == "'$$(shell id)'");
  CHECK(make_word("plain") == "plain");
}
