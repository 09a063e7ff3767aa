#include <doctest/doctest.h>
#include <opamplan/base/error.hpp>
#include <opamplan/syntax/edit.hpp>
#include <opamplan/syntax/parser.hpp>
#include <opamplan/syntax/printer.hpp>

#include <string>

using namespace opamplan::syntax;

namespace {

constexpr const char* package = R"(# A package
opam-version:  "2.0"   # the format
version: "1.0" (* bump me *)
depends: [
  "a"  # first
  "b" {>= "1"}  # second
]
tags: ["x"]
url {
  src: "https://example.org/a-1.0.tgz"
  # not the last
  checksum: "md5=0"
}
extra-source "p" { src: "u" }
# the end)";

// The package with one piece of its text replaced.
std::string with(std::string old, const std::string& by) {
  std::string text = package;
  const std::size_t at = text.find(old);
  REQUIRE(at != std::string::npos);
  return text.replace(at, old.size(), by);
}

}  // namespace

TEST_CASE("setting a field changes its value and no other byte") {
  const file f = parse(package);
  CHECK(set_field(f, "version", quote("1.1")) == with("\"1.0\"", "\"1.1\""));
  CHECK(set_field(f, "opam-version", " \"2.0\" ") == package);
  CHECK(set_field(f, "url.src", "\"v\"") == with("\"https://example.org/a-1.0.tgz\"", "\"v\""));
  CHECK(set_field(f, {"extra-source", "p", "src"}, "\"v\"") == with("\"u\"", "\"v\""));
  CHECK(set_field(parse("a:\"x\"b:\"y\""), "a", "c") == "a: c b:\"y\"");
}

TEST_CASE("setting an absent field adds it") {
  const file f = parse(package);
  CHECK(set_field(f, "flags", "light-uninstall") ==
        with("tags: [\"x\"]\n", "tags: [\"x\"]\nflags: light-uninstall\n"));
  CHECK(set_field(f, "url.mirrors", "[]") == with("\"md5=0\"\n", "\"md5=0\"\n  mirrors: []\n"));
  CHECK(set_field(f, {"extra-source", "q", "src"}, "1") ==
        std::string(package) + "\nextra-source \"q\" {\n  src: 1\n}\n");
  CHECK(set_field(f, {"extra-source", "p", "n"}, "1") == with("\"u\" }", "\"u\"\n  n: 1 }"));
  CHECK(add_field(parse(""), "a", "1") == "a: 1\n");
  CHECK(add_field(parse("# c"), "a", "1") == "# c\na: 1\n");
  CHECK(add_field(parse("# c\ns {}"), "a", "1") == "# c\na: 1\ns {}");
  CHECK(add_field(parse("s {}"), "s.a", "1") == "s {\n  a: 1\n}");
  CHECK(add_field(parse("a: 1\r\nb: 2\r\n"), "c", "3") == "a: 1\r\nb: 2\r\nc: 3\r\n");
  CHECK(add_field(parse("a: 1 (* c\n *) # d"), "b", "2") == "a: 1\nb: 2 (* c\n *) # d");
  CHECK_THROWS_AS((void)add_field(f, "version", "1"), opamplan::invalid_request);
}

TEST_CASE("an element goes to the end of a list, in the list's style") {
  const file f = parse(package);
  CHECK(append_element(f, "depends", "\"c\" {< \"2\"}") ==
        with("  # second\n", "  # second\n  \"c\" {< \"2\"}\n"));
  CHECK(append_element(f, "tags", "\"y\"") == with("[\"x\"]", "[\"x\" \"y\"]"));
  CHECK(append_element(f, "version", "\"2\"") == with("\"1.0\"", "[\"1.0\" \"2\"]"));
  CHECK(append_element(f, "url.mirrors", "\"m\"") ==
        with("\"md5=0\"\n", "\"md5=0\"\n  mirrors: [\"m\"]\n"));
  CHECK(append_element(parse("a: []"), "a", "b") == "a: [b]");
  CHECK_THROWS_AS((void)append_element(parse("a: [b]"), "a", "= 1"), opamplan::invalid_request);
}

TEST_CASE("removing a field removes its lines and no other byte") {
  const file f = parse(package);
  CHECK(remove_field(f, "depends") ==
        with("depends: [\n  \"a\"  # first\n  \"b\" {>= \"1\"}  # second\n]\n", ""));
  CHECK(remove_field(f, "version") == with("version: \"1.0\" ", ""));
  CHECK(remove_field(f, "url.checksum") == with("  checksum: \"md5=0\"\n", ""));
  CHECK(remove_field(f, {"extra-source", "p", "src"}) == with("src: \"u\" ", ""));
  CHECK(remove_field(f, "absent") == package);
  CHECK(remove_field(f, "extra-source.src") == package);
  CHECK(remove_field(parse("a: 1\nb: 2\na: 3\n"), "a") == "b: 2\n");
  CHECK(remove_field(parse("a: b c: \"d\"e: f"), "c") == "a: b e: f");
}

TEST_CASE("an edit that would not parse or not mean what was asked for throws") {
  const file f = parse("opam-version: \"2.0\"\na: 1\n");
  CHECK_THROWS_AS((void)set_field(f, "a", "["), parse_error);
  CHECK_THROWS_AS((void)set_field(f, "a", "1 b: 2"), parse_error);
  CHECK_THROWS_AS((void)set_field(f, "a", ""), parse_error);
  CHECK_THROWS_AS((void)set_field(f, "b c", "1"), parse_error);
  CHECK_THROWS_AS((void)set_field(f, "", "1"), parse_error);
  CHECK_THROWS_AS((void)add_field(parse("a: 1"), "opam-version", "\"2.1\""), parse_error);
}

TEST_CASE("fields are found by path") {
  const file f = parse(package);
  CHECK(find(f, "version")->value().as_string() == "1.0");
  CHECK(find(f, "url.checksum")->value().as_string() == "md5=0");
  CHECK(find(f, {"extra-source", "p", "src"})->value().as_string() == "u");
  CHECK(!find(f, "extra-source.src"));
  CHECK(!find(f, "url"));
}
