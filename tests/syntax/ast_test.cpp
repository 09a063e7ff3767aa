#include <doctest/doctest.h>
#include <opamplan/syntax/parser.hpp>

#include <iterator>
#include <string>
#include <utility>

using namespace opamplan::syntax;

static_assert(std::forward_iterator<sibling_range<value>::iterator>);

namespace {

value first_value(const file& f) { return (*f.items().begin()).value(); }

}  // namespace

TEST_CASE("strings are decoded as opam decodes them") {
  for (const auto& e : {
           std::pair<const char*, std::string>{R"("plain")", "plain"},
           {R"("\n\r\t\b\\\"\'\ ")", "\n\r\t\b\\\"' "},
           {R"("\065\x42\x4a\255")", "ABJ\xff"},
           {"\"a\\\n  \t b\"", "ab"},
           {"\"a\\\r\n b\"", "ab"},
           {"\"a\r\nb\rc\"", "a\nb\rc"},
           {R"("""a "quoted" \"""b""")", R"(a "quoted" """b)"},
           {"\"\"\"\\\n text\n\"\"\"", "text\n"},
           {"\"\"", ""},
       }) {
    CAPTURE(e.first);
    const file f = parse_value(e.first);
    CHECK(first_value(f).as_string() == e.second);
    std::string scratch;
    CHECK(first_value(f).as_string_view(scratch) == e.second);
  }
}

TEST_CASE("a string without escapes is a view of the text") {
  const file f = parse("a: \"\"\"x\"y\"\"\"");
  std::string scratch;
  const std::string_view view = f.find("a")->as_string_view(scratch);
  CHECK(view == "x\"y");
  CHECK(view.data() == f.text().data() + 6);
}

TEST_CASE("integers ignore underscores") {
  CHECK(first_value(parse_value("-1_000")).as_int() == -1000);
  CHECK(first_value(parse_value("4_611_686_018_427_387_903")).as_int() == 4611686018427387903);
  CHECK(first_value(parse_value("-4611686018427387904")).as_int() == -4611686018427387904);
}

TEST_CASE("every value knows its place") {
  const file f = parse("a: b\nc: [ x {>= 1} ] # end\n");
  const value list = *f.find("c");
  CHECK(list.span() == span{8, 20});
  CHECK(list.source() == "[ x {>= 1} ]");
  const value option = *list.children().begin();
  CHECK(option.source() == "x {>= 1}");
  CHECK(option.subject().source() == "x");
  CHECK((*option.children().begin()).right().source() == "1");
  CHECK(f.locate(option.span().begin) == position{2, 6});
  CHECK(f.locate(0) == position{1, 1});
}

TEST_CASE("items know their names, labels and places") {
  const file f = parse("s \"l\" { a: 1 }\nt {}");
  auto i = f.items().begin();
  CHECK((*i).is_section());
  CHECK((*i).name() == "s");
  CHECK((*i).label()->as_string() == "l");
  CHECK((*i).items().size() == 1);
  CHECK((*i).span() == span{0, 14});
  ++i;
  CHECK(!(*i).label());
  CHECK((*i).items().empty());
  CHECK((*i).name_span() == span{15, 16});
}

TEST_CASE("of a repeated field the first counts") {
  const file f = parse("a: 1 a: 2 s { b: 3 }");
  CHECK(f.find("a")->as_int() == 1);
  CHECK(!f.find("b"));
  CHECK(!f.find("s"));
}

TEST_CASE("views outlive the move and the death of one of two copies of a file") {
  file f = parse("a: \"x\"");
  const value v = *f.find("a");
  file g = std::move(f);
  const file h = g;
  g = file();
  CHECK(v.as_string() == "x");
  CHECK(h.find("a")->as_string() == "x");
}
