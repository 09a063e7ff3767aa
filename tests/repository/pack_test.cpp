#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <opamplan/repository/load.hpp>
#include <opamplan/repository/pack.hpp>

#include "repository/temp_tree.hpp"

using namespace opamplan;
using namespace repository_test;

namespace {

bool can_pack() {
  if (!can_load_archives()) MESSAGE("SKIPPED: built without libarchive");
  return can_load_archives();
}

/// What `tar` lists of an archive: modes, names, links.
std::string listed(const temp_tree& work, const std::string& archive) {
  work.write("packed.tar.gz", archive);
  const std::string command = "cd '" + work.str() +
                              "' && TZ=UTC tar --numeric-owner -tvzf packed.tar.gz >list && "
                              "mkdir -p unpacked && tar -C unpacked -xzf packed.tar.gz";
  REQUIRE(std::system(command.c_str()) == 0);
  std::ifstream in(work.path() / "list");
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace

TEST_CASE("a folder of sources is packed by name, without times, owners, and what tools leave") {
  if (!can_pack()) return;
  const temp_tree work;
  work.write("s/b", "two").write("s/a/z", "").write("s/a-", "one").write("s/run", "#!/bin/sh\n");
  work.write("s/.git/HEAD", "no").write("s/_build/x", "no").write("s/a/_opam/x", "no");
  fs::permissions(work.path() / "s/run", fs::perms(0755));
  fs::create_symlink("../b", work.path() / "s/a/link");
  fs::create_symlink("/", work.path() / "s/root");
  fs::create_symlink("nowhere", work.path() / "s/broken");
  REQUIRE(::mkfifo((work.str() + "/s/pipe").c_str(), 0600) == 0);
  const std::string packed = pack_source({work.str() + "/s", ""});
  CHECK(listed(work, packed) ==
        "-rw-r--r-- 0/0               3 1970-01-01 00:00 source/a-\n"
        "lrwxrwxrwx 0/0               0 1970-01-01 00:00 source/a/link -> ../b\n"
        "-rw-r--r-- 0/0               0 1970-01-01 00:00 source/a/z\n"
        "-rw-r--r-- 0/0               3 1970-01-01 00:00 source/b\n"
        "lrwxrwxrwx 0/0               0 1970-01-01 00:00 source/broken -> nowhere\n"
        "lrwxrwxrwx 0/0               0 1970-01-01 00:00 source/root -> /\n"
        "-rwxr-xr-x 0/0              10 1970-01-01 00:00 source/run\n");
  fs::last_write_time(work.path() / "s/b", fs::file_time_type::clock::now());
  CHECK(pack_source({work.str() + "/s", ""}) == packed);
  work.write("s/b", "too");
  CHECK(pack_source({work.str() + "/s", ""}) != packed);
}

TEST_CASE("a commit is packed as its folder would be") {
  if (!can_pack() || !can_load_git() || std::system("git --version >/dev/null 2>&1") != 0) {
    MESSAGE("SKIPPED: no git");
    return;
  }
  const temp_tree work;
  work.write("s/b", "two").write("s/a/z", "").write("s/a-", "one").write("s/run", "#!/bin/sh\n");
  fs::permissions(work.path() / "s/run", fs::perms(0755));
  fs::create_symlink("../b", work.path() / "s/a/link");
  const std::string command =
      "cd '" + work.str() +
      "/s' && git init -q && git add -A && git -c user.name=t "
      "-c user.email=t@example.org commit -q -m x && git rev-parse HEAD >../id";
  REQUIRE(std::system(command.c_str()) == 0);
  std::string id;
  std::ifstream(work.path() / "id") >> id;
  const std::string packed = pack_source({work.str() + "/s", ""});
  work.write("s/b", "changed").write("s/new", "not committed");
  CHECK(listed(work, pack_source({work.str() + "/s", id})) == listed(work, packed));
  CHECK(pack_source({work.str() + "/s", id}) == packed);
  CHECK_THROWS_WITH_AS((void)pack_source({work.str() + "/s", std::string(40, 'a')}),
                       doctest::Contains("no revision"), load_error);
}

TEST_CASE("what cannot be packed is an error that names it") {
  if (!can_pack()) return;
  const temp_tree work;
  CHECK_THROWS_WITH_AS((void)pack_source({work.str() + "/absent", ""}),
                       doctest::Contains("/absent/: No such file"), load_error);
  work.write("s/large", "");
  fs::resize_file(work.path() / "s/large", max_source_bytes + 1);
  CHECK_THROWS_WITH_AS((void)pack_source({work.str() + "/s", ""}),
                       doctest::Contains("s/large: larger than the 256 MB"), load_error);
}

TEST_CASE("a pin of one file is built from where the file says, a folder from itself") {
  const temp_tree work;
  work.write("x/a.opam", "opam-version: \"2.0\"\nurl { src: \"https://example.org/a.tgz\" }\n");
  work.write("x/b.opam", "opam-version: \"2.0\"\n");
  const auto folder = [&](const char* path, const char* name) {
    const repository repo = load_repository(pin_source{{{work.str() + path}}});
    return repo.source_folder(repo.versions(repo.find_name(name))[0]);
  };
  CHECK_FALSE(folder("/x/a.opam", "a").has_value());
  CHECK(folder("/x/b.opam", "b") == source_tree{work.str() + "/x", ""});
  CHECK(folder("/x", "a") == source_tree{work.str() + "/x", ""});
}
