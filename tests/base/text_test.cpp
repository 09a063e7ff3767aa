#include "opamplan/base/text.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

using namespace opamplan;

namespace {

using strings = std::vector<std::string>;

std::size_t length_of(const std::string& text) {
  return utf8_length(text.data(), text.data() + text.size());
}

}  // namespace

TEST_CASE("a character is as long as its shortest form says, or none") {
  const std::vector<std::pair<std::string, std::size_t>> table{
      {"a", 1},
      {std::string(1, '\0'), 1},
      {"\xc3\xa9", 2},
      {"\xe2\x82\xac.", 3},
      {"\xf0\x9f\x90\xab", 4},
      {"\x80", 0},              // goes on with nothing
      {"\xc0\x80", 0},          // longer than needed
      {"\xe0\x9f\xbf", 0},      // likewise
      {"\xed\xa0\x80", 0},      // a surrogate
      {"\xf4\x90\x80\x80", 0},  // beyond the last
      {"\xe2\x82", 0},          // cut
      {"\xff", 0},
  };
  for (const auto& [text, length] : table) CHECK(length_of(text) == length);
}

TEST_CASE("printable text is UTF-8 whatever the bytes are") {
  const std::vector<std::pair<std::string, std::string>> table{
      {"plain", "plain"},
      {"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xab", "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xab"},
      {"\xff", "\\xff"},
      {"a\nb\x7f", "a\\x0ab\\x7f"},
      {"\xc0\x80", "\\xc0\\x80"},           // longer than needed
      {"\xed\xa0\x80", "\\xed\\xa0\\x80"},  // a surrogate
      {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
      {"\xe2\x82", "\\xe2\\x82"},  // cut
  };
  for (const auto& [bytes, shown] : table) CHECK(printable(bytes) == shown);
}

TEST_CASE("text for a person keeps the control characters it is told to") {
  CHECK(printable("\ta\x1b", "\t") == "\ta\\x1b");
}

TEST_CASE("bytes that are no UTF-8 can become the character for that") {
  CHECK(as_utf8("a\xff\n\xc3\xa9") == "a\xef\xbf\xbd\n\xc3\xa9");
}

TEST_CASE("names are close by few edits, whatever their case, dashes and underscores") {
  const strings names{"dune", "ppx_deriving", "zarith"};
  CHECK(close_names(names, "dnue") == strings{"dune"});
  CHECK(close_names(names, "PPX-derivng") == strings{"ppx_deriving"});
  CHECK(close_names(names, "something-else").empty());
  CHECK(close_names(strings{"--os", "--ocaml"}, "--oclam") == strings{"--ocaml"});
  CHECK(close_names(strings{"os", "pin", "-o", "O"}, "jobs").empty());
  CHECK(close_names(strings{"os", "pin", "-o", "O"}, "plan").empty());
  CHECK(close_names(strings{"os", "pin", "-o", "O"}, "-j").empty());
  CHECK(close_names(strings{"-o", "O"}, "o") == strings{"-o", "O"});
}

TEST_CASE("an unknown word is told with what is near, else with all there are") {
  const strings words{"buildkit", "docker", "bake"};
  CHECK(did_you_mean_one_of(words, "Buildkt") == "; did you mean buildkit?");
  CHECK(did_you_mean_one_of(words, "x86") == "; there are: buildkit, docker, bake");
  CHECK(did_you_mean(strings{"a", "b"}) == "; did you mean a, b?");
  CHECK(did_you_mean(strings{}).empty());
}
