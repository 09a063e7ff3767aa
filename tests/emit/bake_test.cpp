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
  o.cache_from = {"linux/amd64\", \"x${evil}"};
  CHECK(has(bake_hcl(of_diamond(), o), R"("linux/amd64\", \"x$${evil}")"));
  CHECK(has(bake_json(of_diamond(), o), R"("linux/amd64\", \"x$${evil}")"));
}

TEST_CASE("{batch} in caches and outputs is the name of the batch") {
  emit_options o;
  o.cache_from = {"type=registry,ref=x:{batch}"};
  o.cache_to = {"type=registry,ref=x:all"};
  o.outputs = {"type=tar,dest={batch}/{batch}.tar", "type=cacheonly"};
  const std::string hcl = bake_hcl(of_diamond(), o);
  CHECK(has(hcl, R"(output = ["type=tar,dest=batch0/batch0.tar", "type=cacheonly"])"));
  CHECK(has(hcl, R"(cache-from = ["type=registry,ref=x:batch0"])"));
  CHECK(has(hcl, R"(cache-to = ["type=registry,ref=x:all"])"));
  CHECK_FALSE(has(hcl, "{batch}"));
  CHECK(has(bake_hcl(of_diamond(), {}), R"(output = ["type=local,dest=results/batch0"])"));
}

TEST_CASE("what was emitted with a registry has no finding, whatever capitals a package has") {
  const solved s = solve_files({{"ANSITerminal.0.8.5", ""}, {"b.1", ""}});
  emit_options o;
  o.registry = "ghcr.io/me";
  o.base_image = "other:1";
  const plan p = make_plan(s.in, s.solutions, with(strategy::graft));
  for (const std::string& text : {bake_hcl(p, o), bake_json(p, o)}) {
    CHECK(has(text, "/pkg-ansiterminal-0-8-5:"));
    CHECK(has(text, "\"other:1\""));
    CHECK(inspect_bake(text, "bake", limit_profile("none")).findings.empty());
  }
}

TEST_CASE("bake is asked for the network of the machine when steps want it, and not otherwise") {
  emit_options o;
  o.network = "host";
  CHECK(has(bake_hcl(of_diamond(), o), "network = \"host\""));
  CHECK(has(bake_json(of_diamond(), o), "\"network\": \"host\""));
  o.network = "none";
  CHECK_FALSE(has(bake_json(of_diamond(), o), "\"network\""));
}
