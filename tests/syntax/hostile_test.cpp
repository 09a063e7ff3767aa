// Texts made to break a parser: each ends in an error or a value, in bounded time and memory.
#include <doctest/doctest.h>
#include <opamplan/syntax/edit.hpp>
#include <opamplan/syntax/equal.hpp>
#include <opamplan/syntax/json.hpp>
#include <opamplan/syntax/parser.hpp>
#include <opamplan/syntax/printer.hpp>

#include <string>
#include <string_view>

using namespace opamplan::syntax;

namespace {

std::string repeat(std::string_view text, std::size_t times) {
  std::string out;
  out.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

std::string message_of(const std::string& text, parse_options options = {}) {
  try {
    (void)parse(text, "", options);
  } catch (const parse_error& e) {
    return e.diagnostic().message;
  }
  return "";
}

}  // namespace

TEST_CASE("nesting a million deep is an error, whatever is nested") {
  constexpr std::size_t deep = 1'000'000;
  for (const char* unit : {"[", "(", "!", "a {", "a & (", "!a {", "[a ("}) {
    CAPTURE(unit);
    const std::string text = "x: " + repeat(unit, deep);
    CHECK(message_of(text) == "nested too deeply; the limit is 1000 levels");
    CHECK(!parse_recovering(text).errors.empty());
  }
  CHECK(message_of(repeat("s { ", deep)) == "nested too deeply; the limit is 1000 levels");
  CHECK(message_of("x: a" + repeat("{b}", deep)) == "nested too deeply; the limit is 1000 levels");
  for (const char* joined : {"&b", "|b"}) {
    CHECK(message_of("x: a" + repeat(joined, deep)) ==
          "too many values joined by `&` and `|`; the limit is 1000: put some of them in "
          "parentheses");
  }
  CHECK(message_of(repeat("(*", deep)) == "comment without its end `*)`");
  CHECK(parse(repeat("(*", deep) + repeat("*)", deep)).items().empty());
}

TEST_CASE("the greatest depth allowed can be printed, compared, written as JSON and edited") {
  parse_options options;
  options.max_depth = 1'000'000;  // taken as 2,000
  for (const auto& [open, close] :
       {std::pair<const char*, const char*>{"[", "]"}, {"(", ")"}, {"!", ""}, {"x {", "}"}}) {
    CHECK(message_of("a: " + repeat(open, 2'001) + "1" + repeat(close, 2'001), options) ==
          "nested too deeply; the limit is 2000 levels");
    const std::string text = "a: " + repeat(open, 1'990) + "1" + repeat(close, 1'990);
    const file f = parse(text, "", options);
    CHECK(equal(parse(print(f), "", options), f));
    CHECK(!print(f, layout::opam).empty());
    CHECK(!print(f, layout::opam_normalised).empty());
    CHECK(to_json(f, "").size() > text.size());
  }
}

TEST_CASE("texts and strings of many megabytes take time in proportion, up to the limit") {
  const std::string huge = "a: \"" + std::string(60U << 20U, 'x') + '"';
  CHECK(parse(huge).find("a")->raw().size() == 60U << 20U);
  CHECK(message_of(huge + std::string(8U << 20U, ' ')).find("the limit is 67108864") !=
        std::string::npos);
  CHECK(message_of("a: \"" + std::string(60U << 20U, '\\')) == "string without its closing quote");
  parse_options small;
  small.max_bytes = 10;
  CHECK(message_of("a: 1234567", small).empty());
  CHECK(message_of("a: 12345678", small) == "11 bytes long; the limit is 10");
}

TEST_CASE("recovering from errors on every line stays linear") {
  for (const char* line : {"a: (*\n", "a: \"\n", "a (*\n", "a \"b\n", "a: @\n", "a {\n", "@\n"}) {
    CAPTURE(line);
    const parse_result r = parse_recovering(repeat(line, 200'001));
    CHECK(!r.errors.empty());
    CHECK(r.errors.size() <= 100);
  }
}

TEST_CASE("NUL bytes and bytes that are not UTF-8 are errors, or taken when asked for") {
  using namespace std::string_literals;
  parse_options any;
  any.any_bytes = true;
  for (const std::string& bad : {"\0"s, "\xff"s, "\xc3"s, "\xc0\xaf"s, "\xed\xa0\x80"s, "\xe2\x82"s,
                                 "\xf4\x90\x80\x80"s, "\x80"s, "\xf0\x80\x80\x80"s}) {
    const std::string quoted = "a: \"" + bad + "\"";
    const std::string comment = "# " + bad + "\na: 1";
    const std::string message = bad[0] == '\0' ? "NUL byte" : "byte that is not UTF-8";
    CHECK(message_of(quoted) == message);
    CHECK(message_of(comment) == message);
    CHECK(message_of(quoted, any).empty());
    CHECK(message_of(comment, any).empty());
    CHECK(message_of("a: " + bad, any) == "not a valid token");
    CHECK(parse(quoted, "", any).find("a")->as_string() == bad);
    CHECK(equal(parse(print(parse(quoted, "", any))), parse(quoted, "", any)));
    CHECK(!parse_recovering(quoted).errors.empty());
  }
  for (const char* good : {"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x90\xab", "\xed\x9f\xbf"}) {
    CHECK(message_of(std::string("a: \"") + good + "\" # " + good).empty());
  }
}

TEST_CASE("every prefix of a file, and every byte of it changed, ends in a value or an error") {
  const std::string text =
      "opam-version: \"2.0\"\ndepends: [\"a\" {>= \"1\" & !b} (\"c\" | \"d\")]\n(* (* *) *)\n"
      "d: \"\"\"\n\\\"x\\065\n\"\"\"\nurl \"l\" { src: a+b:c }\n# end\r\n";
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const std::string prefix = text.substr(0, i);
    CHECK(parse_recovering(prefix).errors.empty() == message_of(prefix).empty());
    for (const char c : {'"', '(', ']', '\\', '\0', '\xff', ' ', ':'}) {
      std::string changed = text;
      if (i < text.size()) changed[i] = c;
      CHECK(parse_recovering(changed).errors.empty() == message_of(changed).empty());
    }
  }
}
