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
  CHECK(repository().find_name("a") == name_id::none);
}

TEST_CASE("a link to a folder that it is in is not followed") {
  const temp_tree tree;
  tree.add("a", "1");
  for (int i = 0; i < 300; ++i) {
    fs::create_symlink(".", tree.path() / "packages" / ("l" + std::to_string(i)));
  }
  fs::create_symlink("../..", tree.path() / "packages/a/up");
  const repository repo = load_repository(directory_source{tree.str()});
  CHECK(contents(repo) == strings{"a.1"});
  CHECK(repo.diagnostics().size() == 301);
  CHECK(mentions(repo, "packages/l0: error: a symbolic link to a folder that it is in"));
}

TEST_CASE("folders and diagnostics are bounded, and what is kept does not depend on threads") {
  const temp_tree tree;
  for (int i = 0; i < 40; ++i) tree.add("p" + std::to_string(i), "1", "broken [");
  load_options options;
  options.limits.diagnostics = 5;
  std::vector<strings> seen;
  for (const unsigned threads : {1U, 2U, 4U}) {
    options.threads = threads;
    seen.push_back(problems(load_repository(directory_source{tree.str()}, options)));
  }
  REQUIRE(seen[0].size() == 6);
  CHECK(seen[0][0].substr(0, 20) == "packages/p0/p0.1/opa");
  CHECK(seen[0][5] == "packages: error: 35 more are not shown (load_limits::diagnostics)");
  CHECK(seen[1] == seen[0]);
  CHECK(seen[2] == seen[0]);
  options.limits.folders = 10;
  CHECK_THROWS_WITH_AS((void)load_repository(directory_source{tree.str()}, options),
                       doctest::Contains("more than 10 folders"), load_error);
}

TEST_CASE("a link `packages` that leaves the repository is an error") {
  const temp_tree tree;
  const temp_tree other;
  other.add("a", "1");
  fs::create_symlink(other.path() / "packages", tree.path() / "packages");
  CHECK_THROWS_WITH_AS((void)load_repository(directory_source{tree.str()}),
                       doctest::Contains("leaves the repository"), load_error);
  fs::remove(tree.path() / "packages");
  tree.write("real/b/b.1/opam", small);
  fs::create_symlink("real", tree.path() / "packages");
  CHECK(contents(load_repository(directory_source{tree.str()})) == strings{"b.1"});
}

TEST_CASE("a folder of packages is a repository without `packages` and `repo`") {
  const temp_tree tree;
  tree.write("a/a.1/opam", small).write("b.2/opam", small);
  const repository repo = load_repository(source_at(tree.str()));
  CHECK(contents(repo) == strings{"a.1", "b.2"});
  CHECK(problems(repo).empty());
  CHECK(repo.origin(repo.find("a.1")).path == "a/a.1/opam");
  const temp_tree empty;
  empty.write("src/x.ml", "");
  CHECK_THROWS_WITH_AS((void)source_at(empty.str()), doctest::Contains("NAME.VERSION/opam"),
                       load_error);
}

TEST_CASE("a repository of opam 1 says so") {
  const repository repo =
      load_repository(memory_source{{{"a.1", ""}, {"repo", "opam-version: \"1.2\""}}});
  CHECK(contents(repo) == strings{"a.1"});
  CHECK(mentions(repo, "repo: warning: a repository in the format of opam 1.2"));
}

TEST_CASE("bytes that are not UTF-8 are taken as U+FFFD with a warning, where opam takes them") {
  const repository repo = load_repository(memory_source{{{"a.1", "synopsis: \"caf\xe9\"\n# \xff\n"},
                                                         {"b.1", "depends: [\"\xe9\" ]"},
                                                         {"c.1", "\xe9"}}});
  CHECK(contents(repo) == strings{"a.1", "b.1"});
  CHECK(repo.text(repo.find("a.1")) == "synopsis: \"caf\xEF\xBF\xBD\"\n# \xEF\xBF\xBD\n");
  REQUIRE(repo.diagnostics().size() == 3);
  CHECK(problems(repo)[0] ==
        "a.1:1:15: warning: bytes that are not UTF-8; each is taken as U+FFFD");
  CHECK(repo.diagnostics()[2].level == severity::error);
}
