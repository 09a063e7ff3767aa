#include <doctest/doctest.h>

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <opamplan/repository/load.hpp>

#include "repository/git_tree.hpp"
#include "repository/temp_tree.hpp"

using namespace opamplan;
using namespace repository_test;

TEST_CASE("a git repository is read at a revision, whatever the work tree holds") {
  if (!can_test_git()) return;
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
  if (!can_test_git()) return;
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
  if (!can_test_git()) return;
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
  if (!can_test_git()) return;
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
  if (!can_test_git()) return;
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
  if (!can_test_git()) return;
  const git_tree g;
  for (int i = 0; i < 30; ++i) g.work.add("p" + std::to_string(i), "1");
  g.commit();
  load_options options;
  options.threads = 5;
  CHECK(load_repository(git_source{g.work.str()}, options).size() == 30);
  options.progress = [](const progress_event&) { return false; };
  CHECK_THROWS_AS((void)load_repository(git_source{g.work.str()}, options), cancelled);
}

TEST_CASE("a loose object that is cut short or broken is named, and reading ends") {
  if (!can_test_git()) return;
  for (const char* what : {"HEAD:packages/p1/p1.1/opam", "HEAD:packages/p1", "HEAD"}) {
    CAPTURE(what);
    const git_tree g;
    g.work.add("p1", "1", "# one\n").add("p2", "1", "# two\n");
    g.commit();
    const std::string list = g.work.str() + "/id";
    REQUIRE(g.git("rev-parse " + std::string(what) + " >'" + list + "' #"));
    const std::string id = slurp(list).substr(0, 40);
    const fs::path object = g.work.path() / ".git/objects" / id.substr(0, 2) / id.substr(2);
    fs::permissions(object, fs::perms(0644));
    const std::string whole = slurp(object);
    for (std::size_t size = 0; size < whole.size(); size += whole.size() / 7 + 1) {
      std::ofstream(object, std::ios::binary) << whole.substr(0, size);
      try {
        const repository repo = load_repository(git_source{g.work.str()});
        CHECK(contents(repo) == strings{"p2.1"});
        REQUIRE(problems(repo).size() == 1);
        CHECK(problems(repo)[0].find(id) != std::string::npos);
      } catch (const load_error& e) {
        CHECK(std::string(e.what()).find(id) != std::string::npos);
      }
    }
  }
}

TEST_CASE("objects of alternates and short ids are found") {
  if (!can_test_git()) return;
  const git_tree g;
  g.work.add("a", "1");
  g.commit();
  const temp_tree other;
  REQUIRE(g.git("clone -q --shared '" + g.work.str() + "' '" + other.str() + "/c'"));
  const repository repo = load_repository(git_source{other.str() + "/c"});
  CHECK(contents(repo) == strings{"a.1"});
  const std::string commit = repo.sources()[0].revision;
  CHECK(contents(load_repository(git_source{other.str() + "/c", commit.substr(0, 8)})) ==
        strings{"a.1"});
}

TEST_CASE("trees that hold each other many times over end at the limit on folders") {
  if (!can_test_git()) return;
  const git_tree g;
  g.work.write("packages/a/x", "");
  g.commit();
  const std::string script =
      "cd '" + g.work.str() +
      "' && t=$(git rev-parse HEAD:packages/a) && for i in 1 2 3 4 5 6; do "
      "t=$(for k in 0 1 2 3 4 5 6 7 8 9; do printf '040000 tree "
      "%s\\td%s\\n' $t $k; done | git mktree); done && t=$(printf '040000 tree "
      "%s\\tpackages\\n' $t | git mktree) && git update-ref refs/heads/bomb "
      "$(echo x | git -c user.name=a -c user.email=a@b commit-tree $t)";
  REQUIRE(std::system(script.c_str()) == 0);
  load_options options;
  options.limits.folders = 5000;
  CHECK_THROWS_WITH_AS((void)load_repository(git_source{g.work.str(), "bomb"}, options),
                       doctest::Contains("more than 5000 folders"), load_error);
}

TEST_CASE("a repository in a folder of a git commit is named behind a colon") {
  if (!can_test_git()) return;
  const git_tree g;
  g.work.write("deep/released/packages/a/a.1/opam", "");
  g.work.write("deep/released/repo", "opam-version: \"2.0\"");
  g.commit();
  const temp_tree cache;
  load_options options;
  options.cache_directory = cache.str();
  for (int i = 0; i < 2; ++i) {
    const repository repo =
        load_repository(git_source{g.work.str(), "main:deep/released"}, options);
    CHECK(contents(repo) == strings{"a.1"});
    CHECK(repo.sources()[0].opam_version == "2.0");
    CHECK(repo.sources()[0].from_cache == (i == 1));
  }
  CHECK_THROWS_WITH_AS((void)load_repository(git_source{g.work.str()}),
                       doctest::Contains("REVISION:FOLDER"), load_error);
  CHECK_THROWS_WITH_AS((void)load_repository(git_source{g.work.str(), "main:absent"}),
                       doctest::Contains("no folder 'absent'"), load_error);
}

TEST_CASE("a git repository of another owner is refused with what to do") {
  if (!can_test_git()) return;
  if (::geteuid() != 0) {
    MESSAGE("SKIPPED: only root can give files away");
    return;
  }
  const git_tree g;
  g.work.add("a", "1");
  g.commit();
  REQUIRE(std::system(("chown -R 12345 '" + g.work.str() + "'").c_str()) == 0);
  CHECK_THROWS_WITH_AS((void)load_repository(git_source{g.work.str()}),
                       doctest::Contains("git config --global --add safe.directory "), load_error);
}
