#include <doctest/doctest.h>
#include <opamplan/syntax/equal.hpp>
#include <opamplan/syntax/parser.hpp>

using namespace opamplan::syntax;

TEST_CASE("layout, comments and the spelling of strings do not count") {
  CHECK(equal(parse("a: [b \"x\\ny\" 1_0 (c & d)]"),
              parse("a:\n[ b # c\n \"\"\"x\ny\"\"\" 10 (c&d) ]")));
  CHECK(equal(parse("s \"\\065\" { a: 1 }"), parse("s \"A\"{a:1}")));
}

TEST_CASE("everything else does") {
  for (const char* text :
       {"a: [b \"x\"]", "a: [b]",    "a: (b)",       "a: b {c}",       "a: b {c d}",   "a: b = c",
        "a: b != c",    "a: b += c", "a: = c",       "a: !b",          "a: ?b",        "a: b & c",
        "a: b | c",     "a: \"b\"",  "a: b",         "c: b",           "a: 1",         "a: 2",
        "a: true",      "a: false",  "s {}",         "s \"l\" {}",     "s \"m\" {}",   "s { a: b }",
        "a: b a: b",    "",          "a: b & c & d", "a: b & (c & d)", "a: b {c} {d}", "a: [[]]"}) {
    for (const char* other : {"a: [b \"y\"]", "a: []", "a: 3", "a: (b) {c}", "s \"n\" {}"}) {
      CAPTURE(text);
      CHECK(equal(parse(text), parse(text)));
      CHECK_FALSE(equal(parse(text), parse(other)));
      CHECK_FALSE(equal(parse(other), parse(text)));
    }
  }
}
