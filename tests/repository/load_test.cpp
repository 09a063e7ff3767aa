#include <doctest/doctest.h>
#include <fcntl.h>

#include <opamplan/repository/load.hpp>
#include <opamplan/syntax/ast.hpp>

#include "repository/temp_tree.hpp"

using namespace opamplan;
using namespace repository_test;

namespace {
constexpr std::string_view small = "opam-version: \"2.0\"\nsynopsis: \"small\"\n";

bool mentions(const repository& repo, const std::string& text) {
  for (const std::string& p : problems(repo)) {
    if (p.find(text) != std::string::npos) return true;
  }
  return false;
}
}  // namespace

TEST_CASE("a directory gives its versions by name, then in opam's order") {
  const temp_tree tree;
  tree.add("b", "1.10").add("b", "1.9").add("b", "1.9~beta").add("a", "2").add("B", "1");
  const repository repo = load_repository(directory_source{tree.str()});
  CHECK(contents(repo) == strings{"B.1", "a.2", "b.1.9~beta", "b.1.9", "b.1.10"});
  CHECK(repo.name_count() == 3);
  CHECK(repo.diagnostics().empty());
  CHECK(repo.origin(repo.find("a.2")).path == "packages/a/a.2/opam");
  CHECK(repo.sources()[0].label == tree.str());
}

TEST_CASE("a version's folder may lie anywhere below packages") {
  const temp_tree tree;
  tree.write("packages/a.1/opam", small);
  tree.write("packages/group/deep/b/b.1/opam", small);
  tree.write("packages/b/b.2/opam", small);
  const repository repo = load_repository(directory_source{tree.str()});
  CHECK(contents(repo) == strings{"a.1", "b.1", "b.2"});
  CHECK(problems(repo).empty());
}

TEST_CASE("files inside a version's folder are not packages") {
  const temp_tree tree;
  tree.add("a", "1")
      .write("packages/a/a.1/files/opam", "not opam")
      .write("packages/a/a.1/x/b.1/opam", small);
  CHECK(contents(load_repository(directory_source{tree.str()})) == strings{"a.1"});
  memory_source memory{{{"packages/a/a.1/opam", std::string(small)},
                        {"packages/a/a.1/files/opam", "not opam"},
                        {"packages/a/a.1/x/b.1/opam", std::string(small)}}};
  const repository repo = load_repository(memory);
  CHECK(contents(repo) == strings{"a.1"});
  CHECK(problems(repo).empty());
}

TEST_CASE("a broken file is a diagnostic with its place, and the rest loads") {
  const temp_tree tree;
  tree.add("a", "1").add("a", "2", "opam-version: \"2.0\"\ndepends: [ \"b\" } ]\n").add("c", "1");
  const repository repo = load_repository(directory_source{tree.str()});
  CHECK(contents(repo) == strings{"a.1", "c.1"});
  REQUIRE(repo.diagnostics().size() == 1);
  const repository_diagnostic& d = repo.diagnostics()[0];
  CHECK(d.path == "packages/a/a.2/opam");
  CHECK(d.level == severity::error);
  CHECK(d.line == 2);
  CHECK(d.column == 16);
}

TEST_CASE("folders that are no versions are diagnostics") {
  const temp_tree tree;
  tree.add("good", "1");
  tree.write("packages/bad/bad/opam", small);
  tree.write("packages/bad/bad.1 2/opam", small);
  tree.write("packages/bad/123.4/opam", small);
  tree.write("packages/good/other.1/opam", small);
  tree.write("packages/good/good.2/readme", "x");
  tree.write("packages/file", "x");
  const repository repo = load_repository(directory_source{tree.str()});
  CHECK(contents(repo) == strings{"good.1", "other.1"});
  CHECK(mentions(repo, "packages/bad/bad/opam: error"));
  CHECK(mentions(repo, "packages/bad/bad.1 2/opam: error"));
  CHECK(mentions(repo, "packages/bad/123.4/opam: error"));
  CHECK(mentions(repo, "packages/good/other.1/opam: warning: package 'other' is in a folder"));
  CHECK(mentions(repo, "packages/good/good.2: warning: a folder without a file `opam`"));
  CHECK(repo.diagnostics().size() == 5);
}

TEST_CASE("names that are not UTF-8 are shown as bytes") {
  const temp_tree tree;
  tree.add("good", "1");
  tree.write("packages/x/x\xff.1/opam", small);
  const repository repo = load_repository(directory_source{tree.str()});
  CHECK(contents(repo) == strings{"good.1"});
  CHECK(mentions(repo, "packages/x/x\\xff.1/opam: error"));
}

TEST_CASE("symbolic links inside the tree are followed, those that leave it refused") {
  const temp_tree outside;
  outside.write("secret/opam", small);
  const temp_tree tree;
  tree.add("a", "1");
  fs::create_directory_symlink("a.1", tree.path() / "packages/a/a.2");
  fs::create_directories(tree.path() / "packages/a/a.3");
  fs::create_symlink("../a.1/opam", tree.path() / "packages/a/a.3/opam");
  fs::create_directory_symlink(outside.path() / "secret", tree.path() / "packages/a/a.4");
  fs::create_directories(tree.path() / "packages/a/a.5");
  fs::create_symlink(outside.path() / "secret/opam", tree.path() / "packages/a/a.5/opam");
  fs::create_symlink("nowhere", tree.path() / "packages/a/a.6");
  fs::create_directory_symlink("../..", tree.path() / "packages/a/loop");
  const repository repo = load_repository(directory_source{tree.str()});
  CHECK(contents(repo) == strings{"a.1", "a.2", "a.3"});
  CHECK(mentions(repo, "packages/a/a.4: error: a symbolic link that leaves"));
  CHECK(mentions(repo, "packages/a/a.5/opam: error: a symbolic link that leaves"));
  CHECK(mentions(repo, "packages/a/a.6: error: a symbolic link that leads nowhere"));
}

TEST_CASE("pipes and other odd files do not stop the load") {
  const temp_tree tree;
  tree.add("a", "1");
  fs::create_directories(tree.path() / "packages/a/a.2");
  REQUIRE(::mkfifo((tree.path() / "packages/a/a.2/opam").c_str(), 0600) == 0);
  const repository repo = load_repository(directory_source{tree.str()});
  CHECK(contents(repo) == strings{"a.1"});
  CHECK(mentions(repo, "packages/a/a.2/opam: error: not a regular file"));
}

TEST_CASE("limits: a large file is left out, too much in all is an error") {
  const temp_tree tree;
  tree.add("a", "1").add("a", "2", "# " + std::string(5000, 'x') + '\n').add("a", "3");
  load_options options;
  options.limits.file_bytes = 4096;
  const repository repo = load_repository(directory_source{tree.str()}, options);
  CHECK(contents(repo) == strings{"a.1", "a.3"});
  CHECK(mentions(repo, "the limit is 4096"));
  options.limits.files = 1;
  CHECK_THROWS_AS((void)load_repository(directory_source{tree.str()}, options), load_error);
  options.limits.files = 10;
  options.limits.total_bytes = 30;
  CHECK_THROWS_AS((void)load_repository(directory_source{tree.str()}, options), load_error);
}

TEST_CASE("folders nested too deeply are left out") {
  const temp_tree tree;
  std::string deep = "packages";
  for (int i = 0; i < 20; ++i) deep += "/d";
  tree.add("a", "1").write(deep + "/b.1/opam", small);
  const repository repo = load_repository(directory_source{tree.str()});
  CHECK(contents(repo) == strings{"a.1"});
  CHECK(mentions(repo, "nested too deeply"));
}

TEST_CASE("a path without packages is an error that says so") {
  const temp_tree tree;
  CHECK_THROWS_WITH_AS((void)load_repository(directory_source{tree.str()}),
                       doctest::Contains("a folder that holds `packages`"), load_error);
  CHECK_THROWS_AS((void)source_at(tree.str()), load_error);
  CHECK_THROWS_AS((void)source_at(tree.str() + "/absent"), load_error);
}

TEST_CASE("the first source that has a version wins, and each remembers where it came from") {
  const memory_source first{{{"a.1", "synopsis: \"first\""}, {"b.1", ""}}, "first"};
  const memory_source second{{{"a.1", "synopsis: \"second\""}, {"a.2", ""}}, "second"};
  const std::vector<source> sources{first, second};
  const repository repo = load_repository(sources);
  CHECK(contents(repo) == strings{"a.1", "a.2", "b.1"});
  CHECK(repo.text(repo.find("a.1")) == "synopsis: \"first\"");
  CHECK(repo.origin(repo.find("a.1")).source == 0);
  CHECK(repo.origin(repo.find("a.2")).source == 1);
  CHECK(repo.sources()[1].label == "second");
}

TEST_CASE("versions that only opam's order takes for equal are kept apart") {
  const repository repo = load_repository(memory_source{{{"a.1.00", "#x"}, {"a.1.0", "#y"}}});
  CHECK(contents(repo) == strings{"a.1.0", "a.1.00"});
  CHECK(repo.text(repo.find("a", "1.00")) == "#x");
  CHECK(repo.text(repo.find("a", "1.0")) == "#y");
  CHECK(repo.find("a", "1.000") == package_id{0});
}

TEST_CASE("the same version twice is a warning") {
  const temp_tree tree;
  tree.add("a", "1").write("packages/z/a.1/opam", small);
  const repository repo = load_repository(directory_source{tree.str()});
  CHECK(contents(repo) == strings{"a.1"});
  CHECK(mentions(repo, "packages/z/a.1/opam: warning: the same package version as"));
}

TEST_CASE("pins hide every other version of the name") {
  const temp_tree work;
  work.write("a.opam", small).write("src/x.ml", "");
  const memory_source others{{{"a.1", ""}, {"a.9", ""}, {"b.1", ""}}};
  const std::vector<source> sources{others, pin_source{{{work.str()}}}};
  const repository repo = load_repository(sources);
  CHECK(contents(repo) == strings{"a.dev", "b.1"});
  CHECK(repo.is_pinned(repo.find("a.dev")));
  CHECK_FALSE(repo.is_pinned(repo.find("b.1")));
}

TEST_CASE("pins take their name from the file, its name field, or its folder") {
  const temp_tree work;
  work.write("one/one.opam", small).write("one/opam/two.opam", small);
  work.write("three/opam", "name: \"trois\"\n");
  work.write("four/opam/opam", small);
  work.write("five/five.opam/opam", small);
  const auto pinned = [&](pin p) {
    p.path = work.str() + '/' + p.path;
    return contents(load_repository(pin_source{{std::move(p)}}));
  };
  CHECK(pinned({"one"}) == strings{"one.dev", "two.dev"});
  CHECK(pinned({"one", "two", "2.1"}) == strings{"two.2.1"});
  CHECK(pinned({"one/one.opam", {}, "3"}) == strings{"one.3"});
  CHECK(pinned({"three"}) == strings{"trois.dev"});
  CHECK(pinned({"four"}) == strings{"four.dev"});
  CHECK(pinned({"five"}) == strings{"five.dev"});
  CHECK_THROWS_AS(pinned({"six"}), load_error);
  CHECK_THROWS_AS(pinned({"one", "absent"}), load_error);
}

TEST_CASE("the number of threads changes nothing") {
  const temp_tree tree;
  for (int i = 0; i < 60; ++i) {
    const std::string name = "p" + std::to_string(i % 20);
    tree.add(name, std::to_string(i), i % 7 == 0 ? "broken" : small);
  }
  std::vector<strings> seen;
  std::vector<strings> complaints;
  for (const unsigned threads : {1U, 2U, 3U, 8U}) {
    load_options options;
    options.threads = threads;
    const repository repo = load_repository(directory_source{tree.str()}, options);
    seen.push_back(contents(repo));
    complaints.push_back(problems(repo));
  }
  CHECK(complaints[0].size() == 9);
  for (std::size_t i = 1; i < seen.size(); ++i) {
    CHECK(seen[i] == seen[0]);
    CHECK(complaints[i] == complaints[0]);
  }
}

TEST_CASE("loading reports progress and can be cancelled") {
  const temp_tree tree;
  for (int i = 0; i < 50; ++i) tree.add("p" + std::to_string(i), "1");
  load_options options;
  std::size_t done = 0;
  options.progress = [&](const progress_event& e) {
    CHECK(e.stage == "load");
    done = e.done;
    return true;
  };
  (void)load_repository(directory_source{tree.str()}, options);
  CHECK(done == 50);
  for (const unsigned threads : {1U, 4U}) {
    options.threads = threads;
    options.progress = [](const progress_event&) { return false; };
    CHECK_THROWS_AS((void)load_repository(directory_source{tree.str()}, options), cancelled);
  }
}

TEST_CASE("nothing at all is an empty repository") {
  CHECK(repository().empty());
  CHECK(load_repository(std::span<const source>{}).empty());
  CHECK(load_repository(memory_source{}).name_count() == 0);
  CHECK(repository().find_name("a") == no_name);
}
