#include <doctest/doctest.h>

#include <cstdlib>
#include <opamplan/repository/load.hpp>

#include "repository/temp_tree.hpp"

using namespace opamplan;
using namespace repository_test;

namespace {

/// A repository made with the git command; `work` is its work tree.
struct git_tree {
  temp_tree work;

  git_tree() { git("init -q -b main"); }

  bool git(const std::string& arguments) const {
    const std::string command = "GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null git -C '" +
                                work.str() + "' -c user.name=t -c user.email=t@example.org " +
                                arguments + " >/dev/null 2>&1";
    return std::system(command.c_str()) == 0;
  }
  void commit() const {
    REQUIRE(git("add -A && git -C '" + work.str() +
                "' -c user.name=t -c user.email=t@example.org commit -q --allow-empty -m x"));
  }
};

bool can_test() {
  if (!can_load_git()) MESSAGE("SKIPPED: built without libgit2");
  if (std::system("git --version >/dev/null 2>&1") != 0) {
    MESSAGE("SKIPPED: no git command");
    return false;
  }
  return can_load_git();
}

}  // namespace

TEST_CASE("a git repository is read at a revision, whatever the work tree holds") {
  if (!can_test()) return;
  const git_tree g;
  g.work.add("a", "1", "#one").add("b", "1");
  g.commit();
  REQUIRE(g.git("tag first"));
  g.work.add("a", "2").add("a", "1", "#changed");
  g.commit();
  REQUIRE(g.git("branch other first"));
  g.work.add("a", "3");  // not committed
  const repository head = load_repository(git_source{g.work.str()});
  CHECK(contents(head) == strings{"a.1", "a.2", "b.1"});
  CHECK(head.text(head.find("a.1")) == "#changed");
  CHECK(head.sources()[0].revision.size() == 40);
  for (const char* revision : {"first", "other", "main~1", "refs/heads/other"}) {
    const repository repo = load_repository(git_source{g.work.str(), revision});
    CHECK(contents(repo) == strings{"a.1", "b.1"});
    CHECK(repo.text(repo.find("a.1")) == "#one");
  }
  const repository by_id = load_repository(git_source{g.work.str(), head.sources()[0].revision});
  CHECK(contents(by_id) == contents(head));
  CHECK(by_id.origin(by_id.find("a.1")).path == "packages/a/a.1/opam");
}

TEST_CASE("bare and packed repositories are read too") {
  if (!can_test()) return;
  const git_tree g;
  for (int i = 0; i < 40; ++i)
    g.work.add("p" + std::to_string(i % 10), std::to_string(i),
               "# " + std::string(500, 'x') + std::to_string(i));
  g.commit();
  REQUIRE(g.git("gc -q"));
  const temp_tree bare;
  REQUIRE(g.git("clone -q --bare . '" + bare.str() + "/r'"));
  const repository repo = load_repository(source_at(bare.str() + "/r"));
  CHECK(repo.size() == 40);
  CHECK(repo.content_digest() == load_repository(directory_source{g.work.str()}).content_digest());
  CHECK(repo.diagnostics().empty());
}

TEST_CASE("odd things in a git tree are diagnostics") {
  if (!can_test()) return;
  const git_tree g;
  g.work.add("a", "1").add("a", "2", "broken {").write("packages/a/notes/x", "");
  fs::create_directories(g.work.path() / "packages/a/a.3");
  fs::create_symlink("../a.1/opam", g.work.path() / "packages/a/a.3/opam");
  fs::create_directory_symlink("a.1", g.work.path() / "packages/a/a.4");
  g.work.write("packages/bad/bad/opam", "");
  g.commit();
  const repository repo = load_repository(git_source{g.work.str()});
  CHECK(contents(repo) == strings{"a.1"});
  CHECK(repo.diagnostics().size() == 5);
}

TEST_CASE("what is no repository, no revision or has no packages is an error") {
  if (!can_test()) return;
  const git_tree g;
  CHECK_THROWS_AS((void)load_repository(git_source{g.work.str()}), load_error);  // no commit yet
  g.work.write("readme", "");
  g.commit();
  CHECK_THROWS_WITH_AS((void)load_repository(git_source{g.work.str()}),
                       doctest::Contains("no folder `packages`"), load_error);
  CHECK_THROWS_WITH_AS((void)load_repository(git_source{g.work.str(), "absent"}),
                       doctest::Contains("no revision 'absent'"), load_error);
  CHECK_THROWS_AS((void)load_repository(git_source{g.work.str(), "HEAD:readme"}), load_error);
  const temp_tree empty;
  CHECK_THROWS_AS((void)load_repository(git_source{empty.str()}), load_error);
}

TEST_CASE("git caches go by commit") {
  if (!can_test()) return;
  const git_tree g;
  const temp_tree cache;
  load_options options;
  options.cache_directory = cache.str();
  g.work.add("a", "1");
  g.commit();
  const auto load = [&](const char* revision) {
    return load_repository(git_source{g.work.str(), revision}, options);
  };
  CHECK_FALSE(load("HEAD").sources()[0].from_cache);
  const repository cached = load("main");
  CHECK(cached.sources()[0].from_cache);
  CHECK(cached.sources()[0].revision.size() == 40);
  g.work.add("a", "2");
  g.commit();
  CHECK(contents(load("main")) == strings{"a.1", "a.2"});
  CHECK(load("main~1").sources()[0].from_cache);
  CHECK(contents(load("main~1")) == strings{"a.1"});
}

TEST_CASE("git can be cancelled and does not depend on the number of threads") {
  if (!can_test()) return;
  const git_tree g;
  for (int i = 0; i < 30; ++i) g.work.add("p" + std::to_string(i), "1");
  g.commit();
  load_options options;
  options.threads = 5;
  CHECK(load_repository(git_source{g.work.str()}, options).size() == 30);
  options.progress = [](const progress_event&) { return false; };
  CHECK_THROWS_AS((void)load_repository(git_source{g.work.str()}, options), cancelled);
}
