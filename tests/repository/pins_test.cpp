#include <doctest/doctest.h>

#include <cstdlib>
#include <opamplan/repository/load.hpp>

#include "repository/temp_tree.hpp"

using namespace opamplan;
using namespace repository_test;

namespace {

constexpr std::string_view small = "opam-version: \"2.0\"\n";

/// What pins of `work`, whose paths are below it, make of a repository.
repository pinned(const temp_tree& work, std::vector<pin> pins, const memory_source& below = {}) {
  for (pin& p : pins) p.path = work.str() + '/' + p.path;
  return load_repository(std::vector<source>{below, pin_source{std::move(pins)}});
}

bool git(const std::string& folder, const std::string& arguments) {
  const std::string command = "GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null git -C '" +
                              folder + "' -c user.name=t -c user.email=t@example.org " + arguments +
                              " >/dev/null 2>&1";
  return std::system(command.c_str()) == 0;
}

}  // namespace

TEST_CASE("pins hide every other version of the name") {
  const temp_tree work;
  work.write("x/a.opam", small).write("x/src/x.ml", "");
  const repository repo = pinned(work, {{"x"}}, {{{"a.1", ""}, {"a.9", ""}, {"b.1", ""}}});
  CHECK(contents(repo) == strings{"a.9", "b.1"});
  CHECK(repo.is_pinned(repo.find("a.9")));
  CHECK_FALSE(repo.is_pinned(repo.find("b.1")));
}

TEST_CASE("pins take their name from the file, its name field, or its folder") {
  const temp_tree work;
  work.write("one/one.opam", small).write("one/opam/two.opam", small);
  work.write("three/opam", "name: \"trois\"\n");
  work.write("four/opam/opam", small);
  work.write("five/five.opam/opam", small);
  const auto of = [&](const pin& p) { return contents(pinned(work, {p})); };
  CHECK(of({"one"}) == strings{"one.dev", "two.dev"});
  CHECK(of({"one", "two", "2.1"}) == strings{"two.2.1"});
  CHECK(of({"one/one.opam", {}, "3"}) == strings{"one.3"});
  CHECK(of({"three"}) == strings{"trois.dev"});
  CHECK(of({"four"}) == strings{"four.dev"});
  CHECK(of({"five"}) == strings{"five.dev"});
}

TEST_CASE("a folder NAME.VERSION of a repository is that package, as for opam 2.1") {
  const temp_tree work;
  work.write("m.3/opam", "name: \"k\"\nversion: \"9\"\n").write("n.3/n.opam", small);
  const memory_source below{{{"m.5", ""}}};
  const auto of = [&](const pin& p) { return contents(pinned(work, {p}, below)); };
  CHECK(of({"m.3"}) == strings{"m.3"});
  CHECK(of({"m.3/opam"}) == strings{"m.3"});
  CHECK(of({"m.3", {}, "4"}) == strings{"m.4"});
  CHECK(of({"m.3", "k"}) == strings{"k.9", "m.5"});
  CHECK(of({"n.3"}) == strings{"m.5", "n.dev"});
  work.write("m.3/opam", small);
  CHECK(of({"m.3", "m"}) == strings{"m.5"});
  work.write("no name!/opam", small);
  CHECK_THROWS_WITH_AS((void)of({"no name!"}),
                       doctest::Contains("'no name!' is not a package's name"), load_error);
}

TEST_CASE("the version of a pin is the one given, the file's, the repository's newest, or dev") {
  const temp_tree work;
  work.write("x/with.opam", "opam-version: \"2.0\"\nversion: \"1.5\"\n");
  work.write("x/without.opam", small);
  work.write("y/alone.opam", small);
  const memory_source below{
      {{"with.1", ""}, {"with.9", ""}, {"without.2", ""}, {"without.10", ""}}};
  CHECK(contents(pinned(work, {{"x"}}, below)) == strings{"with.1.5", "without.10"});
  CHECK(contents(pinned(work, {{"x", "with", "3"}}, below)) ==
        strings{"with.3", "without.2", "without.10"});
  CHECK(contents(pinned(work, {{"y"}}, below))[0] == "alone.dev");
  // In no repository: the one version that the folder's other packages have.
  CHECK(contents(pinned(work, {{"x"}})) == strings{"with.1.5", "without.1.5"});
  work.write("x/third.opam", "version: \"2\"\n");
  CHECK(contents(pinned(work, {{"x"}})) == strings{"third.2", "with.1.5", "without.dev"});
}

TEST_CASE("a pin knows the folder of its sources, and the files beside an opam file in a folder") {
  const temp_tree work;
  work.write("x/a.opam", small).write("x/files/no", "part of the sources");
  work.write("y/opam/b.opam", small).write("y/opam/files/deep/fix.patch", "patch");
  work.write("z/c.opam/opam", small).write("z/c.opam/files/f", "f");
  const repository repo = pinned(work, {{"x"}, {"y"}, {"z/c.opam/opam"}}, {{{"d.1", ""}}});
  const auto folder = [&](const char* name) {
    return repo.source_folder(repo.versions(repo.find_name(name))[0]);
  };
  CHECK(folder("a") == source_tree{work.str() + "/x", ""});
  CHECK(folder("b") == source_tree{work.str() + "/y", ""});
  CHECK(folder("c") == source_tree{work.str() + "/z", ""});
  CHECK_FALSE(folder("d").has_value());
  CHECK(repo.extra_files(repo.find("a.dev")).empty());
  REQUIRE(repo.extra_files(repo.find("b.dev")).size() == 1);
  CHECK(repo.extra_files(repo.find("b.dev"))[0] == extra_file{"deep/fix.patch", "patch", false});
}

TEST_CASE("a pin that cannot be read is an error that names it") {
  const temp_tree work;
  work.write("broken/a.opam", "opam-version: \"2.0\"\ndepends: [\n");
  work.write("empty/a.opam", "# nothing\n").write("none/readme", "");
  work.write("name/a b.opam", small).write("version/a.opam", "version: \"1 2\"\n");
  work.write("large/a.opam", std::string(200, '#')).write("one/a.opam", small);
  const auto error_of = [&](const pin& p) -> std::string {
    load_options options;
    options.limits.file_bytes = 100;
    try {
      (void)load_repository(
          pin_source{{{p.path[0] == '/' ? p.path : work.str() + '/' + p.path, p.name, p.version}}},
          options);
    } catch (const load_error& e) {
      return e.what();
    }
    return {};
  };
  const std::vector<std::pair<pin, std::string>> cases = {
      {{"broken"}, "broken/a.opam:3:1"},           {{"broken/a.opam"}, "the pinned file is broken"},
      {{"empty"}, "the pinned file is empty"},     {{"none"}, "no opam file to pin"},
      {{"absent"}, "nothing to pin there"},        {{"name"}, "is not a package's name"},
      {{"version"}, "is not NAME.VERSION"},        {{"large"}, "too large"},
      {{"one", "other"}, "no opam file of other"}, {{"/dev/null"}, "neither"},
  };
  for (const auto& [given_p, message] : cases) {
    const auto& p = given_p;  // clang 14 captures no binding
    CAPTURE(p.path);
    CHECK(error_of(p).find(message) != std::string::npos);
  }
}

TEST_CASE("pin-depends are followed on this machine, and what is elsewhere is a warning") {
  const temp_tree work;
  work.write(
      "main/main.opam",
      "pin-depends: [[\"near.dev\" \"../near\"] [\"far.1\" \"git+https://example.org/far\"]\n"
      "  [\"asked.7\" \"../near\"] [\"abs.2\" \"file://" +
          work.str() + "/abs\"]]\n");
  work.write("near/near.opam", "pin-depends: [\"next.3\" \"" + work.str() + "/next#\"]\n");
  work.write("near/asked.opam", small).write("mine/asked.opam", small);
  work.write("abs/abs.opam", small);
  work.write("next/next.opam", "version: \"9\"\npin-depends: [[\"main.0\" \"../main\"]]\n");
  const repository repo = pinned(work, {{"main"}, {"mine", "", "8"}});
  CHECK(contents(repo) == strings{"abs.2", "asked.8", "main.dev", "near.dev", "next.3"});
  REQUIRE(problems(repo).size() == 1);
  CHECK(repo.diagnostics()[0].level == severity::warning);
  CHECK(repo.diagnostics()[0].line == 1);
  CHECK(problems(repo)[0].find("far.1 at git+https://example.org/far is not followed") !=
        std::string::npos);
}

TEST_CASE("a pin of a git repository is its commit, not its work tree") {
  if (!can_load_git() || std::system("git --version >/dev/null 2>&1") != 0) {
    MESSAGE("SKIPPED: no git");
    return;
  }
  const temp_tree work;
  work.write("r/a.opam", "version: \"1\"\n").write("r/opam/b.opam", small);
  work.write("r/opam/files/run", "#!/bin/sh\n").write("r/src/deep/x.opam", "broken [");
  fs::permissions(work.path() / "r/opam/files/run", fs::perms(0755));
  const std::string r = work.str() + "/r";
  REQUIRE(git(r, "init -q -b main"));
  REQUIRE(git(r, "add -A"));
  REQUIRE(git(r, "commit -q -m x"));
  REQUIRE(git(r, "tag first"));
  work.write("r/a.opam", "version: \"2\"\n");
  const repository repo = pinned(work, {{"r", {}, {}, "first"}});
  CHECK(contents(repo) == strings{"a.1", "b.1"});
  const auto tree = repo.source_folder(repo.find("a.1"));
  REQUIRE(tree.has_value());
  CHECK(tree->path == r);
  CHECK(tree->commit.size() == 40);
  CHECK(repo.extra_files(repo.find("b.1"))[0] == extra_file{"run", "#!/bin/sh\n", true});
  CHECK(contents(pinned(work, {{"r"}})) == strings{"a.2", "b.2"});
  const auto found = pin_at("git+file://" + r + "#first");
  REQUIRE(found.has_value());
  CHECK(found->path == r);
  CHECK(found->revision == "first");
  CHECK(pin_at("git+" + r)->revision == "HEAD");
  CHECK_FALSE(pin_at("git+https://example.org/x#first").has_value());
  CHECK_THROWS_WITH_AS(pinned(work, {{"r", {}, {}, "absent"}}),
                       doctest::Contains("no revision 'absent'"), load_error);
}
