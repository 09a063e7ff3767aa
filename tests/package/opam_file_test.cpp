#include "opamplan/package/opam_file.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "package/small_files.hpp"

using namespace opamplan;
using small_files::opam_of;

namespace {

constexpr const char* whole = R"(opam-version: "2.0"
name: "p"
version: "1"
synopsis: "short"
description: """
long"""
maintainer: ["m"]
authors: "a"
license: "ISC"
tags: ["t" "flags:conf"]
homepage: "h"
bug-reports: "b"
doc: "d"
dev-repo: "git+https://example.org/p"
depends: ["ocaml" {>= "4.08"}]
depopts: ["x" "y"]
conflicts: ["z" {< "2"}]
conflict-class: "k"
available: os != "win32"
flags: [compiler avoid-version]
depexts: [["libx-dev"] {os-family = "debian"} ["libx"] {os-family = "arch"}]
build: [["./configure" prefix] [make "-j" jobs {os = "linux"}] {with-test}]
install: [make "install"]
remove: ["rm"]
run-test: [["make" "test"]]
patches: ["a.patch" {os = "macos"} "b.patch"]
substs: ["f"]
setenv: [[PATH += "bin"] [X = "1"]]
build-env: [[Y = "2"]]
messages: ["hello" {x:installed}]
post-messages: "bye"
extra-files: [["f" "md5=1"]]
pin-depends: [["q.1" "git+https://example.org/q"]]
x-ci-accept-failures: ["debian-unstable"]
x-commit-hash: "abc"
url {
  src: "https://example.org/p.tgz"
  mirrors: "https://example.net/p.tgz"
  checksum: ["md5=0" "sha256=1"]
}
extra-source "q" {
  src: "https://example.org/q"
  checksum: "md5=2"
}
)";

std::string effective(const std::string& text) { return effective_part(syntax::parse(text)); }

std::string with(const std::string& old, const std::string& by) {
  std::string text = whole;
  const auto at = text.find(old);
  REQUIRE(at != std::string::npos);
  return text.replace(at, old.size(), by);
}

}  // namespace

TEST_CASE("every field is read") {
  const opam_file o = opam_of(whole);
  CHECK(o.diagnostics.empty());
  CHECK(o.opam_version == "2.0");
  CHECK(o.name == "p");
  CHECK(o.version == "1");
  CHECK(o.synopsis == "short");
  CHECK(o.description.find("long") != std::string::npos);
  CHECK(o.maintainers == std::vector<std::string>{"m"});
  CHECK(o.authors == std::vector<std::string>{"a"});
  CHECK(o.licenses == std::vector<std::string>{"ISC"});
  CHECK(o.tags.size() == 2);
  CHECK(o.homepages == std::vector<std::string>{"h"});
  CHECK(o.bug_reports == std::vector<std::string>{"b"});
  CHECK(o.documentation == std::vector<std::string>{"d"});
  CHECK(o.dev_repo == "git+https://example.org/p");
  CHECK(o.depends.atom.name == "ocaml");
  CHECK(o.depopts.is_disjunction());
  CHECK(o.conflicts.atom.name == "z");
  CHECK(o.conflict_classes == std::vector<std::string>{"k"});
  CHECK(to_string(o.available) == "os != \"win32\"");
  CHECK(o.flags.compiler);
  CHECK(o.flags.avoid_version);
  CHECK(o.flags.conf);  // from the tag
  CHECK(!o.flags.deprecated);
  REQUIRE(o.build.size() == 2);
  CHECK(o.build[0].arguments[1].is_variable);
  CHECK(o.build[1].condition);
  CHECK(o.build[1].arguments[2].condition);
  CHECK(o.install.size() == 1);
  CHECK(o.remove.size() == 1);
  CHECK(o.run_test.size() == 1);
  REQUIRE(o.patches.size() == 2);
  CHECK(o.patches[0].condition);
  CHECK(o.substs == std::vector<std::string>{"f"});
  REQUIRE(o.setenv.size() == 2);
  CHECK(o.setenv[0].op == syntax::op::plus_eq);
  CHECK(o.setenv[1].op == syntax::op::set);
  CHECK(o.build_env.size() == 1);
  CHECK(o.messages.size() == 1);
  CHECK(o.post_messages.size() == 1);
  REQUIRE(o.url);
  CHECK(o.url->url == "https://example.org/p.tgz");
  CHECK(o.url->mirrors.size() == 1);
  CHECK(o.url->checksums.size() == 2);
  REQUIRE(o.extra_sources.size() == 1);
  CHECK(o.extra_sources[0].name == "q");
  CHECK(o.extra_files == std::vector<std::pair<std::string, std::string>>{{"f", "md5=1"}});
  CHECK(o.extensions.at("x-commit-hash") == "\"abc\"");
  CHECK(o.pin_depends ==
        std::vector<std::pair<std::string, std::string>>{{"q.1", "git+https://example.org/q"}});
  CHECK(o.ci_accept_failures == std::vector<std::string>{"debian-unstable"});
}

TEST_CASE("system packages are those of the environment") {
  const opam_file o = opam_of(whole);
  CHECK(depexts_for(o, preset_environment("debian-12")) == std::vector<std::string>{"libx-dev"});
  CHECK(depexts_for(o, preset_environment("arch")) == std::vector<std::string>{"libx"});
  CHECK(depexts_for(o, preset_environment("fedora-42")).empty());
}

TEST_CASE("odd fields are errors with positions, and the rest is read") {
  const opam_file o = opam_of(
      "opam-version: \"2.0\"\nnonsense: 1\nsynopsis: 3\n\n  license: \"a\"\n"
      "license: \"b\"\nodd { x: 1 }\ndepends: [\"c\" \"a b\"]\n");
  REQUIRE(o.diagnostics.size() == 5);
  CHECK(o.diagnostics[0].field == "nonsense");
  CHECK(o.diagnostics[0].position.line == 2);
  CHECK(o.diagnostics[0].position.column == 1);
  CHECK(o.diagnostics[1].position.line == 3);
  CHECK(o.diagnostics[1].position.column == 11);
  CHECK(o.diagnostics[2].field == "license");
  CHECK(o.diagnostics[2].position.line == 6);
  CHECK(o.diagnostics[3].field == "odd");
  CHECK(o.diagnostics[4].field == "depends");
  CHECK(o.diagnostics[4].position.column == 15);
  CHECK(o.licenses == std::vector<std::string>{"a"});
  CHECK(o.depends.is_empty());
  for (const file_diagnostic& d : o.diagnostics) CHECK(d.level == severity::error);
}

TEST_CASE("each field that can change a build changes the effective part") {
  const std::string before = effective(whole);
  const std::vector<std::pair<std::string, std::string>> changes = {
      {"4.08", "4.09"},
      {"[\"x\" \"y\"]", "[\"x\"]"},
      {"{< \"2\"}", "{< \"3\"}"},
      {"class: \"k\"", "class: \"l\""},
      {"!= \"win32\"", "!= \"macos\""},
      {"compiler avoid", "avoid"},
      {"libx-dev", "liby-dev"},
      {"./configure", "./configured"},
      {"\"install\"", "\"all\""},
      {"[\"rm\"]", "[\"mv\"]"},
      {"\"test\"", "\"check\""},
      {"b.patch", "c.patch"},
      {"substs: [\"f\"]", "substs: [\"g\"]"},
      {"+= \"bin\"", "+= \"sbin\""},
      {"Y = \"2\"", "Y = \"3\""},
      {"md5=1", "md5=9"},
      {"sha256=1", "sha256=9"},
      {"md5=2", "md5=9"},
      {"source \"q\"", "source \"r\""}};
  for (const auto& change : changes) {
    CAPTURE(change.first);
    CHECK(effective(with(change.first, change.second)) != before);
  }
}

TEST_CASE("no field that cannot change a build changes the effective part") {
  const std::string before = effective(whole);
  const std::vector<std::pair<std::string, std::string>> changes = {
      {"\"short\"", "\"other\""},
      {"long\"\"\"", "longer\"\"\""},
      {"[\"m\"]", "[\"n\"]"},
      {"authors: \"a\"", "authors: \"b\""},
      {"\"ISC\"", "\"MIT\""},
      {"[\"t\"", "[\"u\""},
      {"homepage: \"h\"", "homepage: \"i\""},
      {"reports: \"b\"", "reports: \"c\""},
      {"doc: \"d\"", "doc: \"e\""},
      {"git+https", "hg+https"},
      {"hello", "goodbye"},
      {"\"bye\"", "\"adieu\""},
      {"\"abc\"", "\"def\""},
      {"example.net", "example.com"},
      {"https://example.org/p.tgz", "https://example.org/r.tgz"},
      {"version: \"1\"", "version: \"1\"  # a comment"},
      {"[\"rm\"]", "[\n  \"rm\"\n]"}};
  for (const auto& change : changes) {
    CAPTURE(change.first);
    CHECK(effective(with(change.first, change.second)) == before);
  }
}

TEST_CASE("without a checksum the address of a source counts") {
  CHECK(effective("url { src: \"a\" }") != effective("url { src: \"b\" }"));
  CHECK(effective("build: [\"a\"]\nsubsts: \"x\"") == effective("substs: \"x\"\nbuild: [\"a\"]"));
}
