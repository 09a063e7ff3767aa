#include <doctest/doctest.h>
#include <opamplan/base/json.hpp>
#include <opamplan/syntax/json.hpp>
#include <opamplan/syntax/parser.hpp>

#include <string>

using namespace opamplan::syntax;

namespace {

std::string json(const char* text) { return to_json((*parse_value(text).items().begin()).value()); }

}  // namespace

TEST_CASE("each kind of value has its form") {
  CHECK(json("true") == R"({"bool":true})");
  CHECK(json("-1_0") == R"({"int":-10})");
  CHECK(json("\"s\"") == R"({"str":"s"})");
  CHECK(json("a:b") == R"({"id":"a:b"})");
  CHECK(json("[a (b)]") == R"({"list":[{"id":"a"},{"group":[{"id":"b"}]}]})");
  CHECK(json("a {}") == R"({"opt":{"id":"a"},"args":[]})");
  CHECK(json("a >= 1") == R"({"rel":">=","l":{"id":"a"},"r":{"int":1}})");
  CHECK(json("< 1") == R"({"prel":"<","r":{"int":1}})");
  CHECK(json("a | b") == R"({"log":"|","l":{"id":"a"},"r":{"id":"b"}})");
  CHECK(json("?a") == R"({"pfx":"?","r":{"id":"a"}})");
  CHECK(json("a =+ b") == R"({"env":"=+","l":{"id":"a"},"r":{"id":"b"}})");
}

TEST_CASE("strings are valid JSON whatever their bytes") {
  CHECK(json("\"\\\"\\\\\\n\\t\\r\\000\\x1f/\x7f\"") ==
        "{\"str\":\"\\\"\\\\\\n\\t\\r\\u0000\\u001f/\x7f\"}");
  CHECK(json("\"\xc3\xa9\xf0\x9f\x90\xab\"") == "{\"str\":\"\xc3\xa9\xf0\x9f\x90\xab\"}");
  CHECK(json("\"\\195\\169\\255\"") == "{\"str\":\"\xc3\xa9\\udcff\"}");
}

TEST_CASE("an error is an object too") {
  const parse_result r = parse_recovering("a: [");
  CHECK(to_json(r.errors.at(0), "x/x.1/opam") ==
        R"({"file":"x/x.1/opam","error":"1:5: unexpected end of file, expected a value or `]`"})");
}
