#include "opamplan/package/atom_text.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "opamplan/base/error.hpp"

using namespace opamplan;

TEST_CASE("a package with a constraint is read as people write it") {
  const std::pair<const char*, const char*> cases[] = {
      {"dune", "dune"},
      {"dune ", "dune"},
      {"ocaml = 5.3.0", "ocaml = 5.3.0"},
      {"ocaml=5.3.0", "ocaml = 5.3.0"},
      {"ocaml-variants = 5.3.0+options", "ocaml-variants = 5.3.0+options"},
      {"dune.3.20.2", "dune = 3.20.2"},
      {"core.v0.16.2~beta", "core = v0.16.2~beta"},
      {"dune >= 3 & < 4", "dune (>= 3 & < 4)"},
      {"dune (< 3 | > 4)", "dune (< 3 | > 4)"},
      {"dune = \"3.20\"", "dune = 3.20"},
      {"dune != \"3.20\" & >= 3", "dune (!= 3.20 & >= 3)"},
  };
  for (const auto& [given_text, read] : cases) {
    const auto& text = given_text;  // clang 14 captures no binding
    CAPTURE(text);
    CHECK(to_string(package_formula::of(parse_atom(text))) == read);
  }
}

TEST_CASE("another text is refused, and quoted as it was written") {
  for (const char* const text :
       {"", " ", ".", "= 3", ">= 3", "dune 3", "dune >>> 3", "dune {", "dune }] x: [\"a", "a | b",
        "a\" \"b", "dune = \"3", "dune & < 3", "dune =", "dune()", "\"dune\""}) {
    CAPTURE(text);
    try {
      const package_atom atom = parse_atom(text);
      FAIL_CHECK("read as " << to_string(package_formula::of(atom)));
    } catch (const invalid_request& error) {
      CHECK(std::string(error.what()) ==
            "\"" + std::string(text) +
                "\" is no package with a constraint, such as dune >= 3.0 & < 4.0");
    }
  }
}
