#include "opamplan/emit/bake.hpp"

#include <doctest/doctest.h>

#include "emit/emitted.hpp"
#include "opamplan/emit/inspect.hpp"

using namespace opamplan;
using namespace opamplan::test;

TEST_CASE("both notations have the batches, the images and their groups") {
  const plan p = of_diamond();
  const std::string hcl = bake_hcl(p, {});
  CHECK(has(hcl, "group \"default\""));
  CHECK(has(hcl, "group \"batch0-images\""));
  CHECK(has(hcl, "target \"batch0\""));
  CHECK(has(hcl, "target \"pkg-top-1\""));
  CHECK(has(hcl, "batch0.Dockerfile"));
  for (const char* name :
       {"default", "all", "batch0", "batch0-images", "pkg-top-1", "pkg-alone-1"}) {
    CHECK(has(bake_json(p, {}), "\"" + std::string(name) + "\""));
  }
  CHECK(inspect_bake(hcl, "docker-bake.hcl", limit_profile("buildkit")).findings.empty());
  CHECK(bake_json(p, {}) == bake_json(of_diamond(), {}));
}

TEST_CASE("values of options end no string and interpolate nothing") {
  emit_options o;
  o.platforms = {"linux/amd64\", \"x${evil}"};
  CHECK(has(bake_hcl(of_diamond(), o), R"("linux/amd64\", \"x$${evil}")"));
  CHECK(has(bake_json(of_diamond(), o), R"("linux/amd64\", \"x)"));
}
