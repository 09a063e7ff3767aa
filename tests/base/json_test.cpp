#include "opamplan/base/json.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

using namespace opamplan;

namespace {

std::string error_of(std::string_view text) {
  try {
    static_cast<void>(json_document::parse(text));
  } catch (const json_error& e) {
    return e.what();
  }
  return "none";
}

std::string string_of(const std::string& text) {
  return std::string(json_document::parse(text).root().text());
}

std::string repeated(const char* text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

}  // namespace

TEST_CASE("values of every kind are read, in the order of the text") {
  const std::string text = R"( {"a": [1, -2.5e+3, []], "b" : {}, "a": true,
    "": null, "s": "x"} )";
  const json_document document = json_document::parse(text);
  const json_value root = document.root();
  CHECK(root.kind() == json_kind::object);
  CHECK(root.size() == 5);
  std::string names;
  for (const json_value v : root) names += std::string(v.name()) + ";";
  CHECK(names == "a;b;a;;s;");
  const json_value a = *root.find("a");
  CHECK(a.kind() == json_kind::array);
  std::string texts;
  for (const json_value v : a) texts += std::string(v.text()) + ";";
  CHECK(texts == "1;-2.5e+3;;");
  CHECK(root.find("b")->kind() == json_kind::object);
  CHECK(root.find("b")->size() == 0);
  CHECK(root.find("")->kind() == json_kind::null);
  CHECK(root.find("s")->offset() == text.rfind("\"x\""));
  CHECK_FALSE(root.find("c").has_value());
  CHECK_FALSE(a.find("c").has_value());
}

TEST_CASE("escapes are undone, those of bytes that are not UTF-8 too") {
  CHECK(string_of(R"("a\"\\\/\b\f\n\r\tz")") == "a\"\\/\b\f\n\r\tz");
  CHECK(string_of(R"("\u0041\u00e9\u20AC\ud83d\udc2b")") ==
        "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\xab");
  CHECK(string_of(R"("\u0000")") == std::string(1, '\0'));
  CHECK(string_of(R"("\udc80\udcff")") == "\x80\xff");
}

TEST_CASE("what is no JSON is refused at its place") {
  const std::pair<const char*, const char*> cases[] = {
      {"", "line 1, column 1: the text ends here; a value is expected"},
      {"{\n  \"a\" 1}", "line 2, column 7: a colon is expected"},
      {"[1 2]", "line 1, column 4: a comma or ] is expected"},
      {"{\"a\": 1,}", "line 1, column 9: a name in quotes is expected"},
      {"[1,]", "line 1, column 4: a value is expected"},
      {"[] []", "line 1, column 4: nothing is expected after the value"},
      {"[}", "line 1, column 2: a value is expected"},
      {"{]", "line 1, column 2: a name in quotes is expected"},
      {"\"a", "line 1, column 3: the text ends here; a quote is expected"},
      {"\"a\n\"", "line 1, column 3: a control character in a string must be escaped"},
      {"\"\\x\"", "line 1, column 3: this is no escape of JSON"},
      {"\"\\u12g4\"", "line 1, column 6: four hexadecimal digits are expected"},
      {"\"\\ud800\"", "line 1, column 8: half of a surrogate pair is missing"},
      {"\"\\udc00\"", "line 1, column 8: half of a surrogate pair is missing"},
      {"01", "line 1, column 2: nothing is expected after the value"},
      {"-", "line 1, column 2: the text ends here; a digit is expected"},
      {"1.", "line 1, column 3: the text ends here; a digit is expected"},
      {"NaN", "line 1, column 1: a value is expected"},
      {"nul", "line 1, column 1: a value is expected"},
      {"\xef\xbb\xbf{}", "line 1, column 1: a value is expected"},
  };
  for (const auto& [given_text, message] : cases) {
    const auto& text = given_text;  // clang 14 captures no binding
    CAPTURE(text);
    CHECK(error_of(text) == message);
  }
}

TEST_CASE("nesting is bounded, whatever opens") {
  for (const char* const opening : {"[", "{\"a\":", "[{\"a\":"}) {
    CHECK(error_of(repeated(opening, 100'000)).find("nested too deeply") != std::string::npos);
  }
  CHECK(error_of(repeated("[", json_depth) + repeated("]", json_depth)) == "none");
  CHECK(error_of(repeated("[", json_depth + 1)).find("too deeply") != std::string::npos);
}

TEST_CASE("every byte of a string comes back when its JSON is read") {
  std::string every;
  for (int byte = 0; byte < 256; ++byte) every += static_cast<char>(byte);
  const std::string text = json_string(every);
  CHECK(json_document::parse(text).root().text() == every);
}

TEST_CASE("strings of JSON end where they should") {
  CHECK(json_string("a\"b\\\n") == R"("a\"b\\\n")");
  CHECK(json_string("\xff") == R"("\udcff")");
  CHECK(json_string(std::string(1, '\0') + "\x1f\x7f") == "\"\\u0000\\u001f\x7f\"");
}

TEST_CASE("wherever it stands in a string, a byte means what it means alone") {
  for (int c = 0; c < 256; ++c) {
    for (std::size_t at = 0; at < 20; ++at) {
      std::string said(19, 'a');
      said.insert(at, 1, static_cast<char>(c));
      CAPTURE(c);
      CAPTURE(at);
      const std::string quoted = "\"" + said + "\"";
      if (c < 0x20) {
        CHECK(error_of(quoted) == "line 1, column " + std::to_string(at + 2) +
                                      ": a control character in a string must be escaped");
      } else if (c == '"' || c == '\\') {
        CHECK(error_of(quoted) != "none");
      } else {
        CHECK(string_of(quoted) == said);
      }
    }
  }
}
