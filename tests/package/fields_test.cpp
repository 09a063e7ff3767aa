#include <doctest/doctest.h>

#include <algorithm>
#include <opamplan/package/check_file.hpp>
#include <opamplan/package/opam_file.hpp>
#include <string>
#include <utility>
#include <vector>

#include "package/small_files.hpp"

using namespace opamplan;
using small_files::opam_of;

// What opam 2.1.2's own reader does with each of these: `opam lint` and `opam show`.

namespace {

struct malformed {
  std::string text;
  std::string field;
  std::uint32_t column;  ///< Of the first line.
  std::string message;
};

const std::vector<malformed> all_malformed = {
    {"available: [os = \"linux\" arch = \"x86_64\"]", "available", 12, "single filter"},
    {"depends: [\"a\" [\"b\"]]", "depends", 15, "expected a package"},
    {"depends: [\"a\" \"b.1\"]", "depends", 15, "\"b.1\" is not a package name"},
    {"depends: [\"a\" {>= \"1 2\"}]", "depends", 19, "\"1 2\" is not a version"},
    {"depends: \"a\" {>= 1}", "depends", 18, "expected a version"},
    {"depends: [!\"a\"]", "depends", 11, "expected a package"},
    {"depends: [a]", "depends", 11, "expected a package"},
    {"conflicts: [\"a\" {= \"\"}]", "conflicts", 20, "is not a version"},
    {"flags: [\"conf\"]", "flags", 9, "without quotes"},
    {"license: MIT", "license", 10, "expected a string"},
    {"setenv: [A = \"b\" C = \"d\"]", "setenv", 9, "expected an update"},
    {"build: [\"make\" [\"x\"]]", "build", 16, "expected a string or a variable"},
    {"build: [[\"a\"] \"b\"]", "build", 15, "expected a command"},
    {"build: [[\"a\" {os b}]]", "build", 10, "single filter in the braces"},
    {"depexts: [[\"x\"] \"y\"]", "depexts", 17, "list of system packages"},
    {"conflict-class: \"a.b\"", "conflict-class", 17, "is not a package name"},
    {"version: \"1 2\"", "version", 10, "is not a version"},
    {"name: \"a b\"", "name", 7, "is not a package name"},
    {"substs: [x]", "substs", 10, "expected a string"},
    {"messages: 3", "messages", 11, "expected a string"},
    {"pin-depends: [\"a\" \"b\"]", "pin-depends", 14, "is not NAME.VERSION"},
    {"extra-files: [[\"a\"]]", "extra-files", 15, "pair of strings"},
    {"x-ci-accept-failures: [true]", "x-ci-accept-failures", 24, "expected a string"},
    {"bla: \"x\"", "bla", 1, "unknown field"},
    {"bla { }", "bla", 1, "unknown section"},
    {"url { }", "url", 1, "no address"},
    {"url { src: \"a\" src: \"b\" }", "url.src", 16, "repeated; the first one counts"},
    {"url { src: \"a\" bla: \"b\" }", "url.bla", 16, "unknown field"},
    {"extra-source { src: \"x\" }", "extra-source", 1, "expected a name"},
};

/// Taken without a word.
const std::vector<std::string> all_sound = {
    "available: \"true\"",
    "available: []",
    "available: [os = \"linux\"]",
    "available: os = \"linux\"",
    "depends: [\"a\" {= \"%{version}%\"}]",
    "depends: [\"a\" {= _:version}]",
    "depends: []",
    "depends: \"a\" & \"b\"",
    "depends: [(\"a\" | \"b\") \"c\" {>= \"1\" & with-test}]",
    "setenv: [A = \"b\"]",
    "setenv: [[A = \"b\"] [C += \"d\"]]",
    "setenv: A = \"b\"",
    "build: \"make\"",
    "build: [make]",
    "build: [[make \"x\" {a}] {b}]",
    "build: []",
    "build: [[]]",
    "depexts: [\"x\"]",
    "depexts: [[\"x\"] {os = \"y\"}]",
    "depexts: [[[\"debian\"] [\"x\"]]]",
    "patches: [\"a\" {os = \"linux\"} \"b\"]",
    "patches: \"a\"",
    "flags: conf",
    "flags: [conf plugin]",
    "messages: [\"a\" {x}]",
    "extra-files: [\"a\" \"b\"]",
    "tags: [\"flags:plugin\"]",
    "license: \"\"",
};

}  // namespace

TEST_CASE("a malformed field is left out whole, with its place, and the file is kept") {
  for (const malformed& m : all_malformed) {
    CAPTURE(m.text);
    const opam_file o = opam_of(m.text + "\nsynopsis: \"kept\"\n");
    REQUIRE(o.diagnostics.size() == 1);
    const file_diagnostic& d = o.diagnostics[0];
    CHECK(d.field == m.field);
    CHECK(d.position.line == 1);
    CHECK(d.position.column == m.column);
    const bool extension = m.field.substr(0, 2) == "x-";  // which opam does not read
    CHECK(d.level == (extension ? severity::warning : severity::error));
    const bool odd =
        d.message.find("unknown") == 0 || d.message.find("repeated") != std::string::npos;
    CHECK(d.left_out == !odd);
    CHECK(d.message.find(m.message) != std::string::npos);
    CHECK(o.synopsis == "kept");
  }
}

TEST_CASE("every reader leaves the same malformed fields out") {
  for (const malformed& m : all_malformed) {
    CAPTURE(m.text);
    const syntax::file file = syntax::parse(m.text);
    CHECK(read_depends(file).is_empty());
    CHECK(read_conflicts(file).is_empty());
    CHECK(read_conflict_classes(file).empty());
    CHECK(read_depexts(file).empty());
    CHECK(read_flags(file).all.empty());
    CHECK(read_available(file) == filter{});
    if (m.field.substr(0, 4) != "url.") CHECK(effective_part(file).empty());
  }
}

TEST_CASE("what opam takes is no finding") {
  for (const std::string& text : all_sound) {
    CAPTURE(text);
    CHECK(opam_of(text).diagnostics.empty());
  }
}

TEST_CASE("the first of a repeated field counts, for every reader and in the effective part") {
  const std::vector<std::pair<std::string, std::string>> pairs = {
      {"depends: [\"a\"]", "depends: [\"b\"]"},
      {"depopts: [\"a\"]", "depopts: [\"b\"]"},
      {"conflicts: [\"a\"]", "conflicts: [\"b\"]"},
      {"conflict-class: \"a\"", "conflict-class: \"b\""},
      {"available: os = \"linux\"", "available: false"},
      {"flags: avoid-version", "flags: deprecated"},
      {"depexts: [\"x\"]", "depexts: [\"y\"]"},
      {"build: [\"a\"]", "build: [\"b\"]"},
      {"synopsis: \"a\"", "synopsis: \"b\""},
      {"url { src: \"a\" }", "url { src: \"b\" }"},
      {"depends: [3]", "depends: [\"b\"]"},  // also when it is malformed
      {"url { }", "url { src: \"b\" }"},
  };
  for (const auto& [given_first, second] : pairs) {
    const auto& first = given_first;  // clang 14 captures no binding
    CAPTURE(first);
    const syntax::file once = syntax::parse(first);
    const syntax::file twice = syntax::parse(first + '\n' + second);
    CHECK(effective_part(twice) == effective_part(once));
    opam_file a = opam_file::read(once);
    opam_file b = opam_file::read(twice);
    REQUIRE(b.diagnostics.size() == a.diagnostics.size() + 1);
    CHECK(b.diagnostics.back().position.line == 2);
    CHECK(b.diagnostics.back().message.find("repeated") != std::string::npos);
    CHECK(a.depends == b.depends);
    CHECK(a.depopts == b.depopts);
    CHECK(a.conflicts == b.conflicts);
    CHECK(a.conflict_classes == b.conflict_classes);
    CHECK(a.available == b.available);
    CHECK(a.flags == b.flags);
    CHECK(a.depexts == b.depexts);
    CHECK(a.build == b.build);
    CHECK(a.synopsis == b.synopsis);
    CHECK(a.url == b.url);
    CHECK(read_depends(twice) == b.depends);
    CHECK(read_available(twice) == b.available);
    CHECK(read_flags(twice) == b.flags);
    CHECK(read_depexts(twice) == b.depexts);
  }
}

TEST_CASE("the table of fields is what opam 2 knows, and what the effective part holds") {
  const auto names = known_fields();
  CHECK(names.size() == 44);
  for (const std::string_view name : names) {
    CAPTURE(name);
    const opam_file o = opam_of(std::string(name) + ": 3");
    for (const file_diagnostic& d : o.diagnostics) CHECK(d.message != "unknown field");
  }
}

TEST_CASE("a text in available is true or false as its letters say") {
  const environment env = preset_environment("debian-12");
  const auto available = [&](const std::string& text) {
    return is_available(read_available(syntax::parse("available: " + text)), env, "a", "1");
  };
  CHECK(available("\"true\""));
  CHECK_FALSE(available("\"false\""));
  CHECK_FALSE(available("\"yes\""));
}

TEST_CASE("a file of a newer format is there only for an opam that is as new") {
  environment env = preset_environment("debian-12");
  const auto available = [&](const std::string& format, const std::string& opam) {
    env.set("opam-version", opam);
    return is_available(read_available(syntax::parse("opam-version: " + format)), env, "a", "1");
  };
  CHECK(available("\"2.0\"", "2.0.8"));
  CHECK(available("\"1.2\"", "2.0.8"));
  CHECK_FALSE(available("\"2.1\"", "2.0.8"));
  CHECK(available("\"2.2\"", "2.3.0"));
  CHECK_FALSE(available("\"2.3\"", "2.2.1"));
  CHECK_FALSE(available("\"3.0\"", "2.6.1"));
}

TEST_CASE("check says what opam lint says about planning") {
  struct expectation {
    std::string text;
    severity level;
    std::string message;
  };
  const std::vector<expectation> all = {
      {"opam-version: \"2.2\"", severity::error, "format 2.2"},
      {"opam-version: \"1.2\"", severity::error, "format 1.2"},
      {"opam-version: \"new\"", severity::error, "no version of opam's format"},
      {"name: \"q\"", severity::error, "the folder p"},
      {"version: \"2\"", severity::error, "the folder 1"},
      {"flags: zorro", severity::warning, "unknown flag \"zorro\""},
      {"flags: conf\nurl { src: \"https://e.org/x\" checksum: "
       "\"md5=00000000000000000000000000000000\" }",
       severity::error, "flagged \"conf\""},
      {"flags: light-uninstall", severity::error, "light-uninstall"},
      {"flags: plugin", severity::warning, "begins with opam-"},
      {"available: foo:version = \"1\"", severity::error, "of a package"},
      {"available: os = \"darwin\"", severity::error, "opam says \"macos\""},
      {"depends: [\"a\" {test}]", severity::warning, "with-test"},
      {"depends: [\"a\" {!build}]", severity::error, "!build"},
      {"depends: [\"a\" {build & post}]", severity::warning, "beside \"build\""},
      {"depopts: [\"a\" {post}]", severity::warning, "optional"},
      {"depends: [\"a\" {\"foo\"}]", severity::warning, "neither true nor false"},
      {"depopts: [\"a\" & \"b\"]", severity::warning, "read as `|`"},
      {"conflicts: [\"a\" & \"b\"]", severity::warning, "read as `|`"},
      {"depexts: [[\"x\" \"y z\"]]", severity::warning, "system package"},
      {"depexts: [[\"x\" \"-y\"]]", severity::warning, "\"-y\" would be read as an option"},
      {"depexts: [[\"x\" \"./y\"]]", severity::warning, "read as a file or an address"},
      {"url { src: \"https://e.org/x.tgz\" }", severity::warning, "no checksum"},
      {"url { src: \"https://e.org/x.tgz\" checksum: \"zz\" }", severity::error, "is no checksum"},
      {"ocaml-version: [>= \"4\"]", severity::error, "of opam 1"},
      {"os: [\"linux\"]", severity::error, "of opam 1"},
      {"build-test: [\"make\"]", severity::warning, "of opam 1"},
  };
  for (const expectation& e : all) {
    CAPTURE(e.text);
    const std::string text =
        (e.text.compare(0, 12, "opam-version") == 0 ? "" : "opam-version: \"2.0\"\n") + e.text;
    const auto found = check_file(syntax::parse(text), "p", "1");
    REQUIRE(found.size() == 1);
    CHECK(found[0].level == e.level);
    CHECK(found[0].message.find(e.message) != std::string::npos);
    CHECK(found[0].position.line != 0);
  }
  const auto none = check_file(syntax::parse("build: [\"a\"]"), "p", "1");
  REQUIRE(none.size() == 1);
  CHECK(none[0].message.find("no opam 2 reads this file") != std::string::npos);
  CHECK(check_file(syntax::parse("opam-version: \"2.0\"\nversion: \"3\""), "p", "").empty());
}
