#include <doctest/doctest.h>
#include <opamplan/syntax/lexer.hpp>

#include <string>
#include <string_view>

using namespace opamplan::syntax;

namespace {

// The tokens as text: each one's letter (or the operator) and what it covers.
std::string cut(std::string_view text) {
  std::string out;
  lexer l(text);
  token t;
  for (l.next(t); t.kind != token_kind::end; l.next(t)) {
    if (!out.empty()) out += ' ';
    switch (t.kind) {
      case token_kind::identifier:
        out += "id:";
        break;
      case token_kind::string:
        out += "str:";
        break;
      case token_kind::boolean:
        out += "bool:";
        break;
      case token_kind::integer:
        out += "int:";
        break;
      case token_kind::invalid:
        out += "bad:";
        break;
      default:
        break;
    }
    if (t.oper == op::none || t.kind == token_kind::invalid) {
      out += text.substr(t.begin, t.end - t.begin);
    } else {
      out += to_string(t.oper);
    }
    t = {};
  }
  return out;
}

struct example {
  std::string_view text;
  std::string_view tokens;
};

}  // namespace

TEST_CASE("words are names, scoped names, booleans or integers by longest match") {
  for (const example& e : {
           example{"depends: x", "id:depends : id:x"},
           {"a:b", "id:a:b"},
           {"a:1b a:1", "id:a:1b id:a : int:1"},
           {"a+b:c a+_:d _:e _+_", "id:a+b:c id:a+_:d id:_:e id:_+_"},
           {"a+1", "id:a bad:+ int:1"},
           {"a+=1", "id:a += int:1"},
           {"true false True truely true:x", "bool:true bool:false id:True id:truely id:true:x"},
           {"0 -1 1_000_ 0x10 -1a 4-2", "int:0 int:-1 int:1_000_ id:0x10 id:-1a int:4 int:-2"},
           {"-foo foo- __a", "id:-foo id:foo- id:__a"},
           {"_ __ _1 -_1 -", "bad:_ bad:__ bad:_1 bad:-_1 bad:-"},
           {"4611686018427387903 -4611686018427387904",
            "int:4611686018427387903 int:-4611686018427387904"},
           {"4611686018427387904", "bad:4611686018427387904"},
           {"1.5", "int:1 bad:. int:5"},
       }) {
    CAPTURE(e.text);
    CHECK(cut(e.text) == e.tokens);
  }
}

TEST_CASE("operators are cut by longest match") {
  for (const example& e : {
           example{"= != < <= > >= ~", "= != < <= > >= >="},
           {"& | ! ? !!", "& | ! ? ! !"},
           {"+= =+ =+= := =:", "+= =+ =+= := =:"},
           {"a:=b a: =b", "id:a := id:b id:a : = id:b"},
           {"=== =:= + @ ^", "= = = bad:=:= bad:+ bad:@ bad:^"},
       }) {
    CAPTURE(e.text);
    CHECK(cut(e.text) == e.tokens);
  }
}

TEST_CASE("strings end at their quotes and check their escapes") {
  for (const example& e : {
           example{R"("" "a")", R"(str:"" str:"a")"},
           {R"("\"")", R"(str:"\"")"},
           {R"("""a"b""c""" "")", R"(str:"""a"b""c""" str:"")"},
           {R"("""a"""")", R"(str:"""a""" bad:")"},
           {R"("\n\r\t\b\\\'\ \065\x4F")", R"(str:"\n\r\t\b\\\'\ \065\x4F")"},
           {"\"a\\\n b\" \"\\\r\n\"", "str:\"a\\\n b\" str:\"\\\r\n\""},
           {R"("\256")", R"(bad:\ int:256 bad:")"},
           {R"("\q" x)", R"(bad:\ id:q bad:" x)"},
           {"\"\\\r\"", "bad:\\ bad:\r bad:\""},
           {"\"abc", "bad:\"abc"},
           {"\"\"\"abc\"\"", "bad:\"\"\"abc\"\""},
           {"\"\\", "bad:\\"},
       }) {
    CAPTURE(e.text);
    CHECK(cut(e.text) == e.tokens);
  }
}

TEST_CASE("comments, blanks and line ends separate tokens") {
  for (const example& e : {
           example{"a # b\nc # d", "id:a id:c"},
           {"a (* b (* c *) \" *) d", "id:a id:d"},
           {"(*) a *) b", "id:b"},
           {"a\r\nb\tc", "id:a id:b id:c"},
           {"a\rb", "id:a bad:\r id:b"},
           {"( * )", "( bad:* )"},
           {"(* a (* b *)", "bad:(* a (* b *)"},
           {"(*", "bad:(*"},
           {"# (* \n a", "id:a"},
       }) {
    CAPTURE(e.text);
    CHECK(cut(e.text) == e.tokens);
  }
}

TEST_CASE("a lexer can go on anywhere") {
  lexer l("a b c");
  token t;
  l.seek(4);
  l.next(t);
  CHECK(t.begin == 4);
  l.next(t);
  CHECK(t.kind == token_kind::end);
}
