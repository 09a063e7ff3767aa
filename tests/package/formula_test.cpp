#include "opamplan/package/formula.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace opamplan;

namespace {

version_formula at(relop op, const char* v) { return version_formula::of({op, v}); }
package_formula named(const char* name) { return package_formula::of({name, {}}); }

}  // namespace

TEST_CASE("the negation of a relation holds exactly where it does not") {
  for (const relop op : {relop::eq, relop::neq, relop::geq, relop::gt, relop::leq, relop::lt}) {
    CHECK(negate(negate(op)) == op);
    for (const int sign : {-1, 0, 1}) CHECK(holds(op, sign) != holds(negate(op), sign));
  }
}

TEST_CASE("a version satisfies a formula") {
  CHECK(satisfies({}, "1"));
  CHECK(satisfies(at(relop::eq, "1.0"), "1.00"));
  const auto range = join(formula_kind::conjunction, at(relop::geq, "1.2"), at(relop::lt, "2.0~"));
  CHECK(!satisfies(range, "1.1"));
  CHECK(satisfies(range, "1.10"));
  CHECK(!satisfies(range, "2.0~rc1"));
  const auto either = join(formula_kind::disjunction, range, at(relop::eq, "5"));
  CHECK(satisfies(either, "5"));
  CHECK(satisfies(either, "1.2"));
  CHECK(!satisfies(either, "3"));
}

TEST_CASE("joining drops what is empty and flattens to the left") {
  CHECK(join(formula_kind::conjunction, package_formula{}, named("a")) == named("a"));
  CHECK(join(formula_kind::conjunction, named("a"), package_formula{}) == named("a"));
  const auto ab = join(formula_kind::conjunction, named("a"), named("b"));
  CHECK(join(formula_kind::conjunction, ab, named("c")).args.size() == 3);
  CHECK(join(formula_kind::disjunction, ab, named("c")).args.size() == 2);
  auto grouped = ab;
  grouped.parentheses = 1;
  CHECK(join(formula_kind::conjunction, grouped, named("c")).args.size() == 2);
}

TEST_CASE("formulas print as opam prints them") {
  CHECK(to_string(package_formula{}) == "[]");
  const auto either = join(formula_kind::disjunction, named("a"), named("b"));
  CHECK(to_string(either) == "a | b");
  CHECK(to_string(join(formula_kind::conjunction, either, named("c"))) == "(a | b) & c");
  CHECK(to_string(package_atom{"a", at(relop::geq, "1")}) == "a >= 1");
}
