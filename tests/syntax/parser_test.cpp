#include <doctest/doctest.h>
#include <opamplan/syntax/json.hpp>
#include <opamplan/syntax/parser.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace opamplan::syntax;

namespace {

struct example {
  std::string_view text;
  std::string_view expected;
};

// A value with a mark around each operation: what binds to what.
std::string shape(const value& v) {
  const auto all = [](const auto& values) {
    std::string out;
    for (const value e : values) out += (out.empty() ? "" : " ") + shape(e);
    return out;
  };
  switch (v.kind()) {
    case value_kind::list:
      return '[' + all(v.children()) + ']';
    case value_kind::group:
      return '(' + all(v.children()) + ')';
    case value_kind::option:
      return '<' + shape(v.subject()) + " {" + all(v.children()) + "}>";
    case value_kind::relation:
    case value_kind::logical:
    case value_kind::env_update:
      return '<' + shape(v.left()) + ' ' + std::string(to_string(v.oper())) + ' ' +
             shape(v.right()) + '>';
    case value_kind::prefix:
    case value_kind::prefix_relation:
      return '<' + std::string(to_string(v.oper())) + shape(v.right()) + '>';
    default:
      return std::string(v.source());
  }
}

parse_diagnostic failure_of(std::string text, parse_options options = {}) {
  try {
    (void)parse(std::move(text), "file", options);
  } catch (const parse_error& e) {
    return e.diagnostic();
  }
  FAIL("parsed");
  return {};
}

}  // namespace

TEST_CASE("operators bind as in opam-file-format") {
  for (const example& e : {
           example{"a | b & c", "<a | <b & c>>"},
           {"a & b | c & d | e", "<<<a & b> | <c & d>> | e>"},
           {"a | b | c", "<<a | b> | c>"},
           {"a & b & c", "<<a & b> & c>"},
           {"!a & b", "<<!a> & b>"},
           {"!a {b}", "<!<a {b}>>"},
           {"!!?a", "<!<!<?a>>>"},
           {"a = 1 & b", "<<a = 1> & b>"},
           {"!a = 1", "<!<a = 1>>"},
           {"a & b {c}", "<a & <b {c}>>"},
           {"a = 1 {c}", "<<a = 1> {c}>"},
           {">= 1 {c}", "<<>=1> {c}>"},
           {"a {b} {c d}", "<<a {b}> {c d}>"},
           {"[a >= 1 < 2]", "[<a >= 1> <<2>]"},
           {"[\"a\" {>= \"1\" & < \"2\"}]", "[<\"a\" {<<>=\"1\"> & <<\"2\">>}>]"},
           {"(a | b) {c}", "<(<a | b>) {c}>"},
           {"[a += b c = d e =+= f]", "[<a += b> <c = d> <e =+= f>]"},
           {"() {}", "<() {}>"},
           {"~ 1", "<>=1>"},
       }) {
    CAPTURE(e.text);
    CHECK(shape((*parse_value(std::string(e.text)).items().begin()).value()) == e.expected);
  }
}

TEST_CASE("a file is a list of fields and sections, wherever its line ends are") {
  const file f = parse(
      "a: 1 b: x\n{y}\nurl { src: \"u\" n { } } extra-source \"p.patch\" {\n mirrors: []\r\n}\r\n"
      "c: d e: f");
  std::vector<std::string> names;
  for (const item i : f.items()) names.emplace_back(i.name());
  CHECK(names == std::vector<std::string>{"a", "b", "url", "extra-source", "c", "e"});
  CHECK(
      to_json(f, "l") ==
      R"({"file":"l","items":[{"var":"a","value":{"int":1}},)"
      R"({"var":"b","value":{"opt":{"id":"x"},"args":[{"id":"y"}]}},)"
      R"({"section":"url","items":[{"var":"src","value":{"str":"u"}},{"section":"n","items":[]}]},)"
      R"({"section":"extra-source","name":"p.patch","items":[{"var":"mirrors","value":{"list":[]}}]},)"
      R"({"var":"c","value":{"id":"d"}},{"var":"e","value":{"id":"f"}}]})");
}

TEST_CASE("an empty text is an empty file") {
  for (const char* text : {"", " \n", "# only\n(* comments *)"}) {
    CHECK(parse(text).items().empty());
    CHECK(parse(text).items().size() == 0);
  }
  CHECK(file().items().empty());
}

TEST_CASE("errors say where, what and what was expected") {
  struct wrong {
    std::string_view text;
    position where;
    std::string_view message;
    std::string_view expected;
  };
  for (const wrong& w : {
           wrong{"depends: [", {1, 11}, "unexpected end of file", "a value or `]`"},
           {"a: [\n  b )\n", {2, 5}, "unexpected `)`", "a value or `]`"},
           {"a: (b", {1, 6}, "unexpected end of file", "a value or `)`"},
           {"a: b {c\n]", {2, 1}, "unexpected `]`", "a value or `}`"},
           {"a: ]", {1, 4}, "unexpected `]`", "a value"},
           {"a: = [", {1, 6}, "unexpected `[`", "a value"},
           {"a: b = c = d", {1, 10}, "unexpected `=`", "the name of a field or section"},
           {"a b", {1, 3}, "unexpected `b`", "`:` or `{`"},
           {"a \"b\" c", {1, 7}, "unexpected `c`", "`{`"},
           {"s { 1", {1, 5}, "unexpected `1`", "the name of a field, or `}`"},
           {"true: 1", {1, 1}, "unexpected `true`", "the name of a field or section"},
           {"available:true", {1, 1 + 14}, "unexpected end of file", "`:` or `{`"},
           {"a: \"b", {1, 4}, "string without its closing quote", ""},
           {"a: \"\\y\"", {1, 5}, "illegal escape sequence in a string", ""},
           {"(* a", {1, 1}, "comment without its end `*)`", ""},
           {"a: 99999999999999999999", {1, 4}, "integer out of range", ""},
           {"a: @", {1, 4}, "not a valid token", ""},
           {"a: [b @]", {1, 7}, "not a valid token", ""},
           {"\xef\xbb\xbf"
            "a: 1",
            {1, 1},
            "a byte order mark, which opam refuses: save the file as UTF-8 without it",
            ""},
           {"a: \xe2\x80\x9cx\xe2\x80\x9d",
            {1, 4},
            "a character that is not ASCII outside of a string",
            ""},
           {"\xff\xfe"
            "a",
            {1, 1},
            "UTF-16, which opam does not read: save the file as UTF-8",
            ""},
       }) {
    CAPTURE(w.text);
    const parse_diagnostic d = failure_of(std::string(w.text));
    CHECK(d.where == w.where);
    CHECK(d.message == w.message);
    CHECK(d.expected == w.expected);
  }
}

TEST_CASE("an error shows the line with a caret under the place") {
  CHECK(failure_of("ok: 1\n\ta: \"\xc3\xa9\" )\n").to_string() ==
        "file:2:10: unexpected `)`, expected the name of a field or section\n"
        "  \ta: \"\xc3\xa9\" )\n"
        "  \t       ^");
  try {
    (void)parse("depends: [");
  } catch (const opamplan::error& e) {
    CHECK(std::string_view(e.what()).substr(0, 29) == "1:11: unexpected end of file,");
  }
}

TEST_CASE("only what is near is shown of a long line, and nothing that a terminal would obey") {
  const std::string blanks(5000, ' ');
  const parse_diagnostic d = failure_of("a: 1" + blanks + "@" + blanks + "\x1b[31m");
  CHECK(d.source_line.size() <= 100);
  CHECK(d.source_line.at(d.caret.size() - 1) == '@');
  CHECK(failure_of("a: \x1b[31m").to_string().find('\x1b') == std::string::npos);
}

TEST_CASE(
    "bytes that a terminal must not see are shown by number, and the caret still stands right") {
  const parse_diagnostic d = failure_of("a: \"\x01\xff\t\" )");
  CHECK(d.source_line == "a: \"\\x01\\xff\t\" )");
  CHECK(d.caret.find('^') == d.source_line.find("\\xff"));
}

TEST_CASE("from format 2.1 on, opam-version comes first and only once") {
  CHECK(failure_of("version: \"1\"\nopam-version: \"2.1\"").message ==
        "opam-version must be the first field of the file");
  CHECK(failure_of("opam-version: \"2.1\"\nopam-version: \"2.0\"").message ==
        "opam-version cannot be repeated");
  CHECK(failure_of("opam-version: \"2.0\"\nopam-version: \"3\"").where == position{2, 1});
  for (const char* text :
       {"a: 1 opam-version: \"2.0\"", "opam-version: \"2.0\" opam-version: \"2.0\"",
        "a: 1 opam-version: \"2.0.7\"", "a: 1 opam-version: \"nine\"", "opam-version: \"2.1\" a: 1",
        "a: 1 opam-version: [\"2.1\"]"}) {
    CHECK_NOTHROW((void)parse(text));
  }
}

TEST_CASE("the recovering mode reports all errors and keeps all items that parse") {
  const parse_result r = parse_recovering(
      "opam-version: \"2.0\"\ndepends: [\n  \"a\"\nbuild: [\"x\"]\nname: @\nurl {\n  src: ]\n}\n"
      "version: \"1\"\n",
      "opam");
  std::vector<std::string> names;
  for (const item i : r.tree.items()) names.emplace_back(i.name());
  CHECK(names == std::vector<std::string>{"opam-version", "build", "version"});
  std::vector<std::uint32_t> lines;
  for (const parse_diagnostic& d : r.errors) lines.push_back(d.where.line);
  CHECK(lines == std::vector<std::uint32_t>{4, 5, 7});
  CHECK(r.errors.at(0).path == "opam");
  CHECK(parse_recovering("a: 1").errors.empty());
}

TEST_CASE("the recovering mode ends after max_errors") {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "a: ]\n";
  parse_options options;
  CHECK(parse_recovering(text, "", options).errors.size() == 100);
  options.max_errors = 3;
  CHECK(parse_recovering(text, "", options).errors.size() == 3);
}

TEST_CASE("a single value parses alone") {
  const file v = parse_value(" [a \"b\"] # comment");
  const item only = *v.items().begin();
  CHECK(only.name().empty());
  CHECK(only.value().source() == "[a \"b\"]");
  CHECK_THROWS_AS((void)parse_value(""), parse_error);
  CHECK_THROWS_AS((void)parse_value("a b"), parse_error);
  CHECK_THROWS_AS((void)parse_value("a: b"), parse_error);
}

TEST_CASE("parse_nodes reuses the caller's memory and keeps no text") {
  std::vector<node> nodes;
  const std::string text = "a: [b c]";
  parse_nodes(text, nodes);
  const file f = file::borrow(text, nodes, "p");
  CHECK(f.find("a")->children().size() == 2);
  CHECK(f.path() == "p");
  parse_nodes("x: 1", nodes);
  CHECK(nodes.size() == 3);
  CHECK_THROWS_AS(parse_nodes("x: [", nodes, "p"), parse_error);
}
