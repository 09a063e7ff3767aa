#include "opamplan/inspect/files.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

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
      "FROM base AS next\n"
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

namespace {

std::string findings_of(std::string_view text) {
  std::string out;
  for (const plan_finding& f : inspect_dockerfile(text, "D", unlimited()).findings) {
    out += (out.empty() ? "" : "; ") + f.text;
  }
  return out;
}

std::string bake_findings_of(std::string_view text) {
  std::string out;
  for (const plan_finding& f : inspect_bake(text, "B", unlimited()).findings) {
    out += (out.empty() ? "" : "; ") + f.text;
  }
  return out;
}

}  // namespace

TEST_CASE("a shift in arithmetic opens no here-document that would hide what follows") {
  std::string text = "FROM debian:12\nRUN echo $((1<<20))\n";
  for (int i = 0; i < 300; ++i) text += "RUN true\n";
  CHECK(inspect_dockerfile(text, "D", unlimited()).depth == 301);
}

TEST_CASE("what BuildKit refuses is found with its line") {
  const std::pair<const char*, const char*> cases[] = {
      {"FROM a AS b\nRUN true\n", ""},
      {"# nothing\n", "D:1: it has no instructions"},
      {"FROM base\nFROM debian:12 AS base\n",
       "D:1: it stands on base, a stage that comes later, and so on an image of that name"},
      {"ARG WHERE=base\nFROM ${WHERE}\nFROM debian:12 AS base\n",
       "D:2: it stands on base, a stage that comes later, and so on an image of that name"},
      {"FROM x AS x\n", ""},
      {"FROM scratch AS a\nFROM b\nCOPY --from=c / /\nFROM scratch AS c\n", ""},
      {"FROM scratch\nCOPY --from=7 / /\n", "D:2: there is no stage 7, which it copies from"},
      {"FROM Debian:12\n",
       "D:1: Debian:12 has capital letters, which the name of an image cannot have"},
      {"FROM ghcr.io/me/debian:Bookworm\n", ""},
      {"FROM ${IMAGE}\nRUN true\n", ""},
      {"FROM a AS b c\n", "D:1: FROM takes an image, or an image, AS and a name"},
      {"FROM a AS 9\n", "D:1: \"9\" is no name for a stage"},
      {"RUN true\nFROM a\n", "D:1: run comes before any FROM"},
      {"FROM a\nRUNN true\n", "D:2: \"runn\" is no instruction"},
      {"FROM a\nRUN cat <<EOF\nx\n", "D:2: the here-document EOF does not end"},
      {"FROM a\nCMD [\"x\", [\"y\"]]\n", "D:2: its JSON array holds what is no string"},
  };
  for (const auto& [given_text, message] : cases) {
    const auto& text = given_text;  // clang 14 captures no binding
    CAPTURE(text);
    CHECK(findings_of(text) == message);
  }
}

TEST_CASE("depth follows base images named by ARG, and what ONBUILD leaves behind") {
  const auto depth = [](const char* text) {
    return inspect_dockerfile(text, "D", unlimited()).depth;
  };
  CHECK(depth("ARG B=one\nFROM a AS one\nRUN 1\nFROM --platform=linux/amd64 $B\nRUN 2\n") == 2);
  CHECK(depth("FROM a AS one\nONBUILD RUN 1\nONBUILD ENV A=1\nFROM one\nRUN 2\n") == 2);
}

TEST_CASE("bake files: templates without a variable and capitals in tags are found") {
  const std::pair<const char*, const char*> cases[] = {
      {"variable \"V\" {\n}\ntarget \"a\" {\n  tags = [\"${V}/x:Tag\"]\n}\n", ""},
      {"target \"a\" {\n  args = {x = \"${HOME}\"}\n}\n",
       "B:2: ${HOME} names a variable that the file does not define"},
      {"target \"a\" {\n  args = {x = \"$${HOME} %%{x}\"}\n}\n", ""},
      {"V = \"x\"\ntarget \"a\" {\n  output = [\"dest=${V}\", \"${BAKE_CMD_CONTEXT}\"]\n}\n", ""},
      {"target \"a\" {\n  matrix = {t = [\"x\"]}\n  args = {x = \"${t}\"}\n}\n", ""},
      {"target \"a\" {\n  # \"${no}\"\n  args = {x = upper(\"${lower(\"a\")}\")}\n}\n", ""},
      {"target \"a\" {\n  args = {x = upper(\"${lower(\"} ${upper(\"{a\")} \")}\")}\n}\n", ""},
      {"target \"a\" {\n  args = {x = \"${lower(\"${upper(\"a\")}\")}\", y = \"${no}\"}\n}\n",
       "B:2: ${no} names a variable that the file does not define"},
      {"target \"a\" {\n  tags = [\"Me/x\"]\n}\n",
       "B:2: the tag \"Me/x\" has capital letters in its name"},
      {"target \"a\" {\n  tags = [\"Host.io/x\"]\n}\n", ""},
      {"{\"variable\": {\"V\": {}},\n\"target\": {\"a\": {\"tags\": [\"${V}/X\"]}}}",
       "B:2: the tag \"${V}/X\" has capital letters in its name"},
      {"{\"target\": {\"a\": {\n\"dockerfile\": \"${D}\"}}}",
       "B:2: ${D} names a variable that the file does not define"},
  };
  for (const auto& [given_text, message] : cases) {
    const auto& text = given_text;  // clang 14 captures no binding
    CAPTURE(text);
    CHECK(bake_findings_of(text) == message);
  }
}

TEST_CASE("what is no bake file is found, with its line") {
  const std::pair<const char*, const char*> hcl[] = {
      {"", "B:1: it defines no target, group, variable or function: no bake file"},
      {" \n# nothing\n", "B:1: it defines no target, group, variable or function: no bake file"},
      {"a = 1\n", "B:1: it defines no target, group, variable or function: no bake file"},
      {"hello world\n", "B:1: \"hello\" begins no block and no attribute"},
      {"target \"a\" {}\nodd", "B:2: \"odd\" begins no block and no attribute"},
      {"service \"b\" {\n}\n",
       "B:1: it defines no target, group, variable or function: no bake file"},
      {"target \"a\" {\n}\n{\n}\n", "B:3: \"{\" opens no block"},
      {"{\"group\": {\"a\": {\n\"targets\": \"b\"}}}",
       "B:2: the targets of group \"a\" are a list"},
      {"# x\ntarget \"a\" {\n  args = {\n", "B:2: what opens here is not closed"},
      {"target \"a\" {\n}\n}\n", "B:3: \"}\" closes nothing"},
      {"x = [\ntarget \"a\" {\n}\n", "B:1: what opens here is not closed"},
      {"\n\x01\n", "B:2: the byte 0x01 is in no text"},
      {"{\"a\": 1}", "B:1: it defines no target, group, variable or function: no bake file"},
      {"{\"target\": {}}", "B:1: it defines no target, group, variable or function: no bake file"},
      {"[1]", "B:1: a bake file is an object: {\"target\": {...}}"},
      {"{\n\"target\": 3}", "B:2: \"target\" is an object: {\"NAME\": {}}"},
      {"{\"target\":\n{\"a\": 3}}", "B:2: the target \"a\" is an object"},
      {"{\"target\": {\"a\":\n{\"tags\": 5}}}", "B:2: tags of target \"a\" is a list of strings"},
      {"{\"target\": {\"a\": {\"platforms\": {}}}}",
       "B:1: platforms of target \"a\" is a list of strings"},
      {"{\"target\": {\"a\": {\"inherits\": \"b\"}}}",
       "B:1: inherits of target \"a\" is a list of strings"},
      // These are bake files.
      {"{\"target\": {\"a\": {\"tags\": null, \"context\": 5, \"platforms\": [\"x\"]}}}", ""},
      {"{\"variable\": {\"T\": {}}, \"target\": {\"a\": {\"tags\": \"${T}\"}}}", ""},
      {"variable \"V\" {\n}\n", ""},
      {"target \"a\" {\n}\nservice \"b\" {\n}\n", ""},  // buildx passes over it
      {"x = [\n  \"a\", # {\n]\ny = <<E\n}\nE\ntarget \"a\" {\n}\n", ""},
      {"{\"target\": [{\"a\": {}}, {\"b\": [{}]}], \"x\": 1}", ""},
  };
  for (const auto& [given_text, message] : hcl) {
    const auto& text = given_text;
    CAPTURE(text);
    CHECK(bake_findings_of(text) == message);
  }
  const auto named = [](const char* text) {
    const auto m = inspect_bake(text, "b.json", unlimited());
    REQUIRE(m.findings.size() == 1);
    return m.findings[0].where;
  };
  CHECK(named("hello") == "b.json:1:1");
  CHECK(named("\"x\"") == "b.json:1");
  CHECK(named("") == "b.json:1");
}

TEST_CASE("groups of groups end, in a circle, in a chain and when they are too many") {
  CHECK(bake_findings_of("group \"a\" {\n  targets = [\"a\", \"b\"]\n}\n"
                         "group \"b\" {\n  targets = [\"a\", \"t\"]\n}\n") == "");
  std::string chain;
  std::string wide;
  for (int i = 0; i < 20'000; ++i) {
    const std::string n = std::to_string(i);
    chain += "group \"g" + n + "\" {\n targets = [\"g" + std::to_string(i + 1) + "\"]\n}\n";
    wide += "group \"g" + n + "\" {\n targets = [\"all\"]\n}\n";
  }
  CHECK(inspect_bake(chain, "B", unlimited()).findings.size() == 1);
  wide += "group \"all\" {\n targets = [";
  for (int i = 0; i < 20'000; ++i) wide += "\"t" + std::to_string(i) + "\",";
  CHECK(bake_findings_of(wide + "]\n}\n") ==
        "B: groups hold groups so often that they were not all measured");
}

TEST_CASE("JSON of any depth is refused, not followed") {
  CHECK(bake_findings_of("{\"target\": " + std::string(50'000, '[')).find("too deeply") !=
        std::string::npos);
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
