#include <doctest/doctest.h>
#include <opamplan/syntax/equal.hpp>
#include <opamplan/syntax/parser.hpp>
#include <opamplan/syntax/printer.hpp>

#include <string>

using namespace opamplan::syntax;

namespace {

std::string print_value(const char* text) {
  return print((*parse_value(text).items().begin()).value());
}

constexpr const char* package = R"(opam-version:"2.0"
depends:[ "ocaml"{>="4.08"&<"6"} "dune" ]
synopsis: "a\nb"
tags: []
build: [["dune" "build" "-p" name "-j" jobs "@install" "@runtest" {with-test} "@doc" {with-doc}]]
authors: ["One Author <one@example.org>" "Another Author <two@example.org>" "A Third <3@x.org>"]
url { src:"https://example.org/x" }
extra-source "a\"b" { src: "u" }
available: arch != "s390x" & arch != "ppc64" & (os = "linux" | os = "macos" | os = "freebsd" | os = "win32")
)";

}  // namespace

TEST_CASE("a value prints on one line, and equal values print equally") {
  CHECK(print_value("[ a  {b&c}\n(d|e) !f ?g ]") == "[a {b & c} (d | e) !f ?g]");
  CHECK(print_value("a+=\"b\"") == "a += \"b\"");
  CHECK(print_value("! = 1") == "! = 1");
  CHECK(print_value("!!= 1") == "!!= 1");
  CHECK(print_value("~ 1") == ">= 1");
  CHECK(print_value("-1_0") == "-10");
  CHECK(print_value("\"\"\"a\n\"b\\065\"\"\"") == "\"a\\n\\\"bA\"");
  CHECK(print_value("\"\\000\\255\\x07\\127\xc3\xa9\"") == "\"\\000\\255\\007\\127\xc3\xa9\"");
  CHECK(quote("a\\\"\t\r") == R"("a\\\"\t\r")");
}

TEST_CASE("the plain layout breaks long lists and keeps everything") {
  const file f = parse(package);
  const std::string text = print(f);
  CHECK(equal(parse(text), f));
  CHECK(print(parse(text)) == text);
  CHECK(text.find("tags: []\n") != std::string::npos);
  CHECK(text.find("authors: [\n  \"One Author <one@example.org>\"\n") != std::string::npos);
}

// What OpamPrinter prints for the same text.
TEST_CASE("the opam layout is opam's") {
  CHECK(print(parse(package), layout::opam) == R"(opam-version: "2.0"
depends: [
  "ocaml" {>= "4.08" & < "6"}
  "dune"
]
synopsis: """\
a
b"""

build: [
  [
    "dune"
    "build"
    "-p"
    name
    "-j"
    jobs
    "@install"
    "@runtest" {with-test}
    "@doc" {with-doc}
  ]
]
authors: [
  "One Author <one@example.org>"
  "Another Author <two@example.org>"
  "A Third <3@x.org>"
]
url {
  src: "https://example.org/x"
}
extra-source "a\"b" {
  src: "u"
}
available:
  arch != "s390x" & arch != "ppc64" &
  (os = "linux" | os = "macos" | os = "freebsd" | os = "win32"))");
}

TEST_CASE("opam's normalised layout sorts fields, sections last") {
  CHECK(print(parse("url { src: \"u\" }\nb: \"x\ny\"\na: !c\nc: []"), layout::opam_normalised) ==
        "a: ! c\nb: \"x\\ny\"\n\nurl {\nsrc: \"u\"\n}\n");
  CHECK(print(parse("opam-version: \"2.1\" a: 1"), layout::opam_normalised) ==
        "opam-version: \"2.1\"\na: 1\n");
}

TEST_CASE("opam's layouts stay readable where opam's own output would not be") {
  for (const char* text :
       {"a: \"  x\\ny\"", "a: \"\\tx\\ny\"", "a: \"x\\r\\ny\"", "a: \"\\000\"", "a: \"\\255\\n\"",
        "a: [!= 1]", "a: ! = 1", "a: \"x\n\\\"\"", "a: \"\n\\\"\\\"\\\"\\\"\\\\\""}) {
    CAPTURE(text);
    const file f = parse(text);
    CHECK(equal(parse(print(f, layout::opam)), f));
    CHECK(equal(parse(print(f, layout::opam_normalised)), f));
  }
}
