#include "opamplan/emit/inspect.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace opamplan;

namespace {

const limits& unlimited() { return limit_profile("none"); }

std::string limits_broken(std::string_view text, const limits& l) {
  std::string out;
  for (const plan_finding& f : inspect_dockerfile(text, "Dockerfile", l).findings) {
    out += (out.empty() ? "" : " ") + f.limit;
  }
  return out;
}

}  // namespace

TEST_CASE("stages, continued lines, here-documents and comments are read as BuildKit reads them") {
  const auto m = inspect_dockerfile(
      "# syntax=docker/dockerfile:1\n"
      "ARG X=1\n"
      "FROM debian:12 AS base\n"
      "RUN a \\\n"
      "# a comment in between\n"
      "\n"
      "  && b\n"
      "COPY <<EOF /x\n"
      "RUN this is text\n"
      "FROM too\n"
      "EOF\n"
      "FROM Base AS next\n"
      "run <<-'END' cat\n"
      "RUN text\n"
      "\tEND\n"
      "ENV A=1\n"
      "FROM scratch\n"
      "COPY --from=next /a /a\n",
      "Dockerfile", unlimited());
  CHECK(m.stages == 3);
  CHECK(m.installs == 2);
  CHECK(m.depth == 3);
  CHECK(m.deepest == "next");
  CHECK(m.findings.empty());
}

TEST_CASE("each limit of a Dockerfile is measured") {
  std::string text = "FROM debian:12 AS s\n";
  for (int i = 0; i < 130; ++i) text += "RUN true\n";
  CHECK(limits_broken(text, limit_profile("docker")) == "depth");
  limits l = unlimited();
  l.file_bytes = 1000;
  CHECK(limits_broken(text, l) == "file_bytes");
  l = unlimited();
  l.line_bytes = 10;
  CHECK(limits_broken(text, l) == "line_bytes");
  l = unlimited();
  l.definition_bytes = 50'000;
  CHECK(limits_broken(text, l) == "definition_bytes");
  l = unlimited();
  l.batch_steps = 100;
  CHECK(limits_broken(text, l) == "batch_steps");
  CHECK(limits_broken(text, unlimited()).empty());
}

TEST_CASE("a stage named twice, whatever its case, is found with its line") {
  const auto m = inspect_dockerfile("FROM a AS x\nRUN 1\nFROM b AS X\n", "D", unlimited());
  REQUIRE(m.findings.size() == 1);
  CHECK(m.findings[0].where == "D:3");
}

TEST_CASE("bake files: targets, names, groups of groups") {
  const char* const json = R"({"group": {"all": {"targets": ["half", "c"]},
    "half": {"targets": ["a", "b"]}}, "target": {"a": {}, "b": {}, "c": {}}})";
  const char* const hcl =
      "group \"all\" {\n  targets = [\"half\", \"c\"]\n}\n"
      "group \"half\" {\n  targets = [\n    \"a\",\n    \"b\",\n  ]\n}\n"
      "target \"a\" {\n  tags = [\"x\"]\n}\ntarget \"b\" {\n}\ntarget \"c\" {\n}\n";
  limits l = unlimited();
  l.batch_targets = 2;
  for (const char* const text : {json, hcl}) {
    const auto m = inspect_bake(text, "bake", l);
    CHECK(m.targets == 3);
    CHECK(m.largest_group == 3);
    REQUIRE(m.findings.size() == 1);
    CHECK(m.findings[0].where == "bake: group all");
    CHECK(m.findings[0].value == 3);
  }
}

TEST_CASE("illegal and repeated target names are found, broken files too") {
  CHECK(inspect_bake("target \"a.b\" {\n}\n", "f", unlimited()).findings.size() == 1);
  CHECK(inspect_bake("target \"a\" {\n}\ntarget \"a\" {\n}\n", "f", unlimited()).findings.size() ==
        1);
  CHECK(inspect_bake(R"({"target": {"a.b": {}}})", "f", unlimited()).findings.size() == 1);
  CHECK(inspect_bake("{\"target\": ", "f", unlimited()).findings.size() == 1);
  CHECK(inspect_bake("{\"group\": {\"a\": {\"targets\": [\"a\"]}}}", "f", unlimited())
            .findings.empty());
  CHECK(inspect_dockerfile("", "f", unlimited()).stages == 0);
}
