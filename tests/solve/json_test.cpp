#include "opamplan/solve/json.hpp"

#include <doctest/doctest.h>

#include "solve/small.hpp"

using namespace opamplan;
using namespace opamplan::test;

namespace {

std::string json_of(const universe& u, const char* target) {
  solve_options options;
  options.roots = {{"ocaml", {}}};
  return to_json(u, solver(u, options).solve(id_of(u, target)));
}

}  // namespace

TEST_CASE("a result is one line with the keys of the oracle") {
  const universe u = small_universe({{"a.1", R"(depends: ["b" "c" {post}])"},
                                     {"a-b.1", "available: false"},
                                     {"b.1"},
                                     {"b.2", R"(depends: ["none"])"},
                                     {"c.1"},
                                     {"ocaml.1"}});
  // `selected` is sorted by bytes; `deps` only has what the target reaches.
  CHECK(json_of(u, "a.1") ==
        R"({"package":"a","status":"solution","target":"a.1",)"
        R"("selected":["a.1","b.1","c.1","ocaml.1"],"deps":{"a.1":["b.1"],"b.1":[]}})");
  CHECK(json_of(u, "b.2") == R"({"package":"b","status":"no_solution","target":"b.2"})");
  CHECK(json_of(u, "a-b.1") == R"({"package":"a-b","status":"unavailable"})");
}
