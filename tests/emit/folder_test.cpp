#include "opamplan/emit/folder.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

#include "emit/emitted.hpp"
#include "opamplan/base/error.hpp"
#include "opamplan/emit/dockerfile.hpp"
#include "opamplan/plan/json.hpp"

using namespace opamplan;
using namespace opamplan::test;

namespace {

std::set<std::string> paths(const plan& p, const std::set<emit_format>& formats) {
  std::set<std::string> out;
  for (const emitted_file& file : emitted_files(p, formats, {})) {
    CAPTURE(file.path);
    CHECK(out.insert(file.path).second);
    CHECK_FALSE(file.content.empty());
  }
  return out;
}

bool includes(const std::set<std::string>& all, const std::set<std::string>& part) {
  return std::includes(all.begin(), all.end(), part.begin(), part.end());
}

}  // namespace

TEST_CASE("a format comes with all that it needs, and nothing else") {
  const plan p = of_diamond();
  const std::set<std::string> dockerfiles = paths(p, {emit_format::dockerfile});
  CHECK(includes(dockerfiles, {"batch0.Dockerfile", "step", "collect", "packages/base.1/opam"}));
  const std::set<std::string> definitions = paths(p, {emit_format::llb});
  CHECK(includes(definitions, {"batch0.llb", "step", "collect", "packages/base.1/opam"}));
  CHECK(definitions.size() == dockerfiles.size());

  const std::set<std::string> bake(std::begin(bake_file_names), std::end(bake_file_names));
  struct row {
    emit_format format;
    std::set<std::string> own;
  };
  for (const row& r : {row{emit_format::bake, bake},
                       {emit_format::make, {"Makefile"}},
                       {emit_format::github, {".github/workflows/opamplan.yml"}},
                       {emit_format::kubernetes, {"kubernetes/wave0.yaml", "plan.json"}}}) {
    std::set<std::string> wanted = dockerfiles;
    wanted.insert(r.own.begin(), r.own.end());
    CHECK(paths(p, {r.format}) == wanted);
  }
  CHECK(paths(p, {emit_format::dot, emit_format::json}) ==
        std::set<std::string>{"plan.dot", "plan.json"});
  CHECK(paths(p, {}).empty());
  // All at once: no file twice.
  const auto all = paths(p, {std::begin(all_emit_formats), std::end(all_emit_formats)});
  CHECK(all.size() == dockerfiles.size() + bake.size() + 6);
}

TEST_CASE("the files of a folder are what the emitters say") {
  const plan p = of_diamond();
  for (const emitted_file& file : emitted_files(p, {emit_format::json, emit_format::make}, {})) {
    if (file.path == "plan.json") CHECK(plan_from_json(file.content) == p);
    if (file.path == "batch0.Dockerfile") CHECK(file.content == batch_dockerfiles(p, {})[0]);
    CHECK(file.executable == (file.path == "step" || file.path == "collect"));
  }
}

TEST_CASE("a plan that has no Dockerfiles is built from LLB, and no format makes some of it") {
  const solved s = solve_files(diamond());
  const plan merged = make_plan(s.in, s.solutions, with(strategy::merge));
  CHECK(default_format(merged) == emit_format::llb);
  CHECK(default_format(of_diamond()) == emit_format::bake);
  CHECK(includes(paths(merged, {default_format(merged)}), {"batch0.llb", "step"}));
  for (const emit_format format :
       {emit_format::dockerfile, emit_format::bake, emit_format::make, emit_format::github}) {
    CHECK_THROWS_AS((void)emitted_files(merged, {format}, {}), invalid_request);
  }
}

TEST_CASE("a format is known by its name, and an unknown one told with those that are meant") {
  for (const emit_format format : all_emit_formats) {
    CHECK(parse_emit_format(to_string(format)) == format);
  }
  CHECK_THROWS_WITH_AS((void)parse_emit_format("Bake"),
                       "unknown format \"Bake\"; did you mean bake, make?", invalid_request);
  CHECK_THROWS_WITH_AS((void)parse_emit_format("iso"),
                       doctest::Contains("there are: dockerfile, bake, llb, dot, json, make, git"),
                       invalid_request);
}
