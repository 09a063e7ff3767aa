#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <opamplan/package/opam_file.hpp>
#include <opamplan/repository/load.hpp>
#include <optional>

#include "repository/temp_tree.hpp"

using namespace opamplan;
using namespace repository_test;

// What lies beside a file `opam`: the folder `files/`, and opam 1's `url` and `descr`.

namespace {

const std::string plain = "opam-version: \"2.0\"\nbuild: [\"true\"]\n";
const std::string binary("\0\xff\n binary", 10);
const std::string legacy_url =
    "archive: \"https://example.org/u-1.tar.gz\"\nchecksum: \"ad01899c0a179d8243fa0bb504c0aae7\"\n";
const std::string legacy_descr = "the \"synopsis\"\n\nThe body,\nof \\ two lines.\n";

/// One package with everything, one with nothing.
temp_tree& fill(temp_tree& tree) {
  tree.add("p", "1", plain)
      .write("packages/p/p.1/files/fix.patch", "--- a\n")
      .write("packages/p/p.1/files/.hidden", "dot")
      .write("packages/p/p.1/files/deep/er/data.bin", binary)
      .write("packages/p/p.1/files/opam", "not opam [")
      .write("packages/p/p.1/files/url", "no source")
      .write("packages/p/p.1/url", legacy_url)
      .write("packages/p/p.1/descr", legacy_descr)
      .add("q", "1", plain);
  tree.write("repo",
             "opam-version: \"2.0\"\narchive-mirrors: [\"cache\" \"https://m.example.org\"]");
  fs::permissions(tree.path() / "packages/p/p.1/files/fix.patch", fs::perms(0755));
  return tree;
}

void check_beside(const repository& repo, bool modes = true) {
  CHECK(problems(repo) == strings{});
  REQUIRE(contents(repo) == strings{"p.1", "q.1"});
  const auto extra = repo.extra_files(repo.find("p.1"));
  const std::vector<extra_file> wanted = {{".hidden", "dot", false},
                                          {"deep/er/data.bin", binary, false},
                                          {"fix.patch", "--- a\n", modes},
                                          {"opam", "not opam [", false},
                                          {"url", "no source", false}};
  CHECK(std::vector(extra.begin(), extra.end()) == wanted);
  CHECK(repo.extra_files(repo.find("q.1")).empty());
  const opam_file p = repo.opam(repo.find("p.1"));
  REQUIRE(p.url.has_value());
  CHECK(p.url->url == "https://example.org/u-1.tar.gz");
  CHECK(p.url->checksums == strings{"ad01899c0a179d8243fa0bb504c0aae7"});
  CHECK(p.synopsis == "the \"synopsis\"");
  CHECK(p.description == "The body,\nof \\ two lines.");
  CHECK(p.diagnostics.empty());
  const std::string_view text = repo.text(repo.find("p.1"));
  CHECK(text.substr(0, plain.size()) == plain);
  CHECK(repo.text(repo.find("q.1")) == plain);
  const source_info& source = repo.sources()[0];
  CHECK(source.opam_version == "2.0");
  CHECK(source.archive_mirrors == strings{"cache", "https://m.example.org"});
}

bool run(const std::string& command) {
  return std::system((command + " >/dev/null 2>&1").c_str()) == 0;
}

}  // namespace

TEST_CASE("every kind of source has the files beside opam") {
  temp_tree tree;
  fill(tree);
  const repository folder = load_repository(directory_source{tree.str()});
  check_beside(folder);

  memory_source memory;
  for (const auto& e : fs::recursive_directory_iterator(tree.path())) {
    if (!e.is_regular_file()) continue;
    memory.files.push_back({fs::relative(e.path(), tree.path()).string(), slurp(e.path())});
  }
  check_beside(load_repository(memory), false);

  if (can_load_archives() && run("tar --version")) {
    for (const char* option : {"-C ", "--transform='s,^[.],top,' -C "}) {
      const std::string archive = tree.str() + ".tar";
      REQUIRE(run("tar -cf " + archive + " " + option + tree.str() + " ."));
      const repository repo = load_repository(archive_source{archive});
      check_beside(repo);
      CHECK(repo.content_digest() == folder.content_digest());
      fs::remove(archive);
    }
  }
  if (can_load_git() && run("git --version")) {
    const std::string git = "git -C " + tree.str() + " -c user.name=t -c user.email=t@example.org ";
    REQUIRE(run("git init -q " + tree.str()));
    REQUIRE(run(git + "add -A -f && " + git + "commit -q -m x"));
    const repository repo = load_repository(git_source{tree.str()});
    check_beside(repo);
    CHECK(repo.content_digest() == folder.content_digest());
  }
}

TEST_CASE("a cache has the files beside opam, and every change of them makes it stale") {
  temp_tree tree;
  const temp_tree cache;
  fill(tree);
  load_options options;
  options.cache_directory = cache.str();
  const auto load = [&] { return load_repository(directory_source{tree.str()}, options); };
  settle();
  (void)load();
  const repository cached = load();
  CHECK(cached.sources()[0].from_cache);
  check_beside(cached);
  CHECK(cached.content_digest() == load_repository(directory_source{tree.str()}).content_digest());

  const auto stale_after = [&](const char* what, auto change) {
    CAPTURE(what);
    change();
    settle();
    const repository repo = load();
    CHECK_FALSE(repo.sources()[0].from_cache);
    CHECK(repo.content_digest() == load_repository(directory_source{tree.str()}).content_digest());
    CHECK(load().sources()[0].from_cache);
  };
  const fs::path p = tree.path() / "packages/p/p.1";
  const fs::path q = tree.path() / "packages/q/q.1";
  stale_after("a file changed", [&] { tree.write("packages/p/p.1/files/fix.patch", "--- b\n"); });
  stale_after("a mode changed", [&] { fs::permissions(p / "files/url", fs::perms(0700)); });
  stale_after("a file added", [&] { tree.write("packages/p/p.1/files/deep/more", ""); });
  stale_after("a file removed", [&] { fs::remove(p / "files/.hidden"); });
  stale_after("a folder files added", [&] { tree.write("packages/q/q.1/files/x", "x"); });
  stale_after("a folder files removed", [&] { fs::remove_all(q / "files"); });
  stale_after("url changed", [&] { tree.write("packages/p/p.1/url", "src: \"https://e.org/2\""); });
  stale_after("descr added", [&] { tree.write("packages/q/q.1/descr", "now"); });
  stale_after("url removed", [&] { fs::remove(p / "url"); });
  stale_after("repo removed", [&] { fs::remove(tree.path() / "repo"); });
  stale_after("repo added", [&] { tree.write("repo", "archive-mirrors: \"x\""); });
  CHECK(load().sources()[0].archive_mirrors == strings{"x"});
}

TEST_CASE("url and descr count only where the file opam does not say it itself") {
  const std::string own = "synopsis: \"own\"\nurl { src: \"https://example.org/own\" }\n";
  const repository repo = load_repository(memory_source{{{"a.1/opam", own},
                                                         {"a.1/url", legacy_url},
                                                         {"a.1/descr", "legacy"},
                                                         {"b.1/opam", "description: \"own\""},
                                                         {"b.1/url", legacy_url},
                                                         {"b.1/descr", "legacy"}}});
  CHECK(repo.text(repo.find("a.1")) == own);
  const opam_file b = repo.opam(repo.find("b.1"));
  CHECK(b.synopsis.empty());
  CHECK(b.description == "own");
  CHECK(b.url->url == "https://example.org/u-1.tar.gz");
}

TEST_CASE("a broken url file is a warning, and the package stays") {
  const repository repo =
      load_repository(memory_source{{{"a.1/opam", plain}, {"a.1/url", "src: [\n\"x"}}});
  CHECK(contents(repo) == strings{"a.1"});
  CHECK_FALSE(repo.opam(repo.find("a.1")).url.has_value());
  REQUIRE(repo.diagnostics().size() == 1);
  CHECK(repo.diagnostics()[0].path == "a.1/url");
  CHECK(repo.diagnostics()[0].level == severity::warning);
}

TEST_CASE("extra files obey the limits and stay inside the source") {
  temp_tree tree;
  tree.add("p", "1").write("packages/p/p.1/files/small", "x");
  tree.write("packages/p/p.1/files/large", std::string(200, 'x'));
  tree.write("packages/p/p.1/files/a/b/c/d", "deep");
  const temp_tree outside;
  outside.write("secret", "s");
  fs::create_symlink(outside.path() / "secret", tree.path() / "packages/p/p.1/files/link");
  fs::create_symlink("small", tree.path() / "packages/p/p.1/files/near");
  REQUIRE(::mkfifo((tree.str() + "/packages/p/p.1/files/pipe").c_str(), 0600) == 0);
  load_options options;
  options.limits.file_bytes = 100;
  options.limits.folder_depth = 2;
  const repository repo = load_repository(directory_source{tree.str()}, options);
  const auto extra = repo.extra_files(repo.find("p.1"));
  REQUIRE(extra.size() == 2);
  CHECK(extra[0] == extra_file{"near", "x", false});
  CHECK(extra[1] == extra_file{"small", "x", false});
  const std::string folder = "packages/p/p.1/files/";
  CHECK(problems(repo) ==
        strings{folder + "a/b/c: error: folders are nested too deeply; left out",
                folder + "large: error: the file has 200 bytes, the limit is 100; left out",
                folder + "link: error: a symbolic link that leaves the repository; left out",
                folder + "pipe: error: not a regular file; left out"});
  options.limits.files = 2;
  CHECK_THROWS_WITH_AS((void)load_repository(directory_source{tree.str()}, options),
                       doctest::Contains("more than 2 files"), load_error);
}

TEST_CASE("an overlay's version comes with the overlay's files, or with none") {
  const memory_source over{{{"a.1/opam", plain}, {"b.1/opam", plain}, {"b.1/files/x", "over"}}};
  const memory_source under{{{"a.1/opam", plain},
                             {"a.1/files/x", "under"},
                             {"b.1/opam", plain},
                             {"c.1/opam", plain},
                             {"c.1/files/x", "under"}}};
  const source both[] = {over, under};
  const repository repo = load_repository(both);
  CHECK(repo.extra_files(repo.find("a.1")).empty());
  CHECK(repo.extra_files(repo.find("b.1"))[0].content == "over");
  CHECK(repo.extra_files(repo.find("c.1"))[0].content == "under");
}

TEST_CASE("files of a folder without a file opam are of no package") {
  const repository repo = load_repository(
      memory_source{{{"a.1/opam", plain}, {"b.1/files/x", "x"}, {"c.1/url", legacy_url}}});
  CHECK(contents(repo) == strings{"a.1"});
  CHECK(problems(repo) == strings{});
}
