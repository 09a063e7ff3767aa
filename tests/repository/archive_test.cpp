#include <doctest/doctest.h>

#include <chrono>
#include <opamplan/repository/load.hpp>
#include <thread>

#include "repository/temp_tree.hpp"

#ifdef OPAMPLAN_HAS_ARCHIVE
#include <archive.h>
#include <archive_entry.h>
#endif

using namespace opamplan;
using namespace repository_test;

#ifndef OPAMPLAN_HAS_ARCHIVE

TEST_CASE("without libarchive, archives are an error that says what to install") {
  if (can_load_archives()) {
    MESSAGE("SKIPPED: the tests were built without libarchive, the library with it");
    return;
  }
  const temp_tree t;
  t.write("x.tar.gz", "");
  CHECK_THROWS_WITH_AS((void)load_repository(archive_source{t.str() + "/x.tar.gz"}),
                       doctest::Contains("libarchive-dev"), load_error);
}

#else

namespace {

struct packed {
  std::string path;
  std::string text;
  unsigned type = AE_IFREG;
  std::string link = {};
};

enum class form { tar, tar_gz, tar_zst, tar_xz, zip };

void pack(const fs::path& to, form f, const std::vector<packed>& members) {
  archive* a = archive_write_new();
  if (f == form::zip) {
    archive_write_set_format_zip(a);
  } else {
    archive_write_set_format_gnutar(a);
  }
  if (f == form::tar_gz) archive_write_add_filter_gzip(a);
  if (f == form::tar_zst) archive_write_add_filter_zstd(a);
  if (f == form::tar_xz) archive_write_add_filter_xz(a);
  REQUIRE(archive_write_open_filename(a, to.c_str()) == ARCHIVE_OK);
  for (const packed& m : members) {
    archive_entry* e = archive_entry_new();
    archive_entry_set_pathname(e, m.path.c_str());
    archive_entry_set_filetype(e, m.type);
    archive_entry_set_perm(e, 0644);
    archive_entry_set_size(e, static_cast<la_int64_t>(m.text.size()));
    if (m.type == AE_IFLNK) archive_entry_set_symlink(e, m.link.c_str());
    if (m.type == AE_IFREG && !m.link.empty()) archive_entry_set_hardlink(e, m.link.c_str());
    REQUIRE(archive_write_header(a, e) >= ARCHIVE_WARN);
    archive_write_data(a, m.text.data(), m.text.size());
    archive_entry_free(e);
  }
  archive_write_free(a);
}

bool mentions(const repository& repo, const std::string& text) {
  for (const std::string& p : problems(repo)) {
    if (p.find(text) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("archives of every kind give the same repository") {
  const temp_tree t;
  std::vector<packed> members{{"repo", "opam-version: \"2.0\""}};
  for (int i = 0; i < 300; ++i) {
    const std::string name = "p" + std::to_string(i % 50);
    members.push_back({"packages/" + name + "/" + name + "." + std::to_string(i) + "/opam",
                       "synopsis: \"" + std::string(static_cast<std::size_t>(i) * 10, 'x') + "\""});
  }
  std::uint64_t digest = 0;
  for (const form f : {form::tar, form::tar_gz, form::tar_zst, form::tar_xz, form::zip}) {
    const fs::path file = t.path() / ("a" + std::to_string(static_cast<int>(f)));
    pack(file, f, members);
    for (const unsigned threads : {1U, 4U}) {
      load_options options;
      options.threads = threads;
      const repository repo = load_repository(source_at(file.string()), options);
      CHECK(repo.size() == 300);
      CHECK(repo.diagnostics().empty());
      if (digest == 0) digest = repo.content_digest();
      CHECK(repo.content_digest() == digest);
    }
  }
}

TEST_CASE("packages may be inside one folder, and paths begin with ./") {
  const temp_tree t;
  for (const char* root : {"opam-repository-97014be/", "./", "./x/", ""}) {
    CAPTURE(root);
    pack(t.path() / "a", form::tar_gz,
         {{root + std::string("packages/a/a.1/opam"), ""}, {"deep/er/packages/c/c.1/opam", ""}});
    CHECK(contents(load_repository(archive_source{t.str() + "/a"})) == strings{"a.1"});
  }
}

TEST_CASE("of several repositories in an archive one is read, never a mixture") {
  const temp_tree t;
  const std::string path = t.str() + "/a";
  pack(path, form::tar_gz,
       {{"p/packages/a/a.1/opam", ""},
        {"p/packages/a/a.2/opam", "broken ["},
        {"p/repo", "archive-mirrors: \"p\""},
        {"packages/b/b.1/opam", ""},
        {"repo", "archive-mirrors: \"root\""}});
  const repository repo = load_repository(archive_source{path});
  CHECK(contents(repo) == strings{"b.1"});
  CHECK(repo.sources()[0].archive_mirrors == strings{"root"});
  CHECK(problems(repo) ==
        strings{"p/packages: warning: beside `packages` at the root of the archive; left out"});
  pack(path, form::tar_gz, {{"p/packages/a/a.1/opam", ""}, {"q/packages/b/b.1/opam", ""}});
  CHECK_THROWS_WITH_AS((void)load_repository(archive_source{path}),
                       doctest::Contains("several folders hold `packages`"), load_error);
}

TEST_CASE("members that leave the archive, and what is no file, are refused") {
  const temp_tree t;
  pack(t.path() / "a", form::tar,
       {{"packages/a/a.1/opam", "#ok"},
        {"packages/../../etc/x.1/opam", ""},
        {"../packages/b/b.1/opam", ""},
        {"/packages/c/c.1/opam", ""},
        {"packages/a/a.1/files/pipe", "", AE_IFIFO},
        {"packages/f/f.1/opam", "", AE_IFIFO}});
  const repository repo = load_repository(archive_source{t.str() + "/a"});
  CHECK(contents(repo) == strings{"a.1"});
  CHECK(repo.diagnostics().size() == 5);
  CHECK(mentions(repo, "packages/../../etc/x.1/opam: error: an archive member whose path leaves"));
  CHECK(mentions(repo, "/packages/c/c.1/opam: error"));
  CHECK(mentions(repo, "packages/f/f.1/opam: error: not a regular file"));
  CHECK(mentions(repo, "packages/a/a.1/files/pipe: error: not a regular file"));
}

TEST_CASE("links in an archive are followed to what it holds, as in a folder") {
  const temp_tree t;
  // `a.2/opam` stands before what it leads to; `a.3/files` and its folder lead through others.
  const std::vector<packed> linked{
      {"packages/a/a.2/opam", "", AE_IFLNK, "../a.1/opam"},
      {"packages/a/a.2/files/p.patch", "", AE_IFLNK, "../../../../shared/p.patch"},
      {"packages/a/a.3/opam", "#three"},
      {"packages/a/a.3/files", "", AE_IFLNK, "../a.1/../../../files of/a"},
      {"files of/a", "", AE_IFLNK, "./../packages/a/a.1/files/"},
      {"packages/a/a.3/README", "", AE_IFLNK, "nowhere"},
      {"packages/a/a.1/opam", "#one"},
      {"shared/p.patch", "patch"},
      {"packages/a/a.1/files/deep/q", "q"},
      {"packages/a/a.1/files/p.patch", "", AE_IFLNK, "../../../../shared/p.patch"},
      {"text", "archive-mirrors: \"m\""},
      {"repo", "", AE_IFLNK, "text"}};
  std::uint64_t digest = 0;
  for (const form f : {form::tar, form::tar_gz, form::tar_xz, form::zip}) {
    CAPTURE(static_cast<int>(f));
    pack(t.path() / "linked", f, linked);
    const repository repo = load_repository(archive_source{t.str() + "/linked"});
    CHECK(problems(repo) == strings{});
    CHECK(contents(repo) == strings{"a.1", "a.2", "a.3"});
    CHECK(repo.text(repo.find("a.2")) == "#one");
    CHECK(repo.sources()[0].archive_mirrors == strings{"m"});
    CHECK(repo.extra_files(repo.find("a.1")).size() == 2);
    CHECK(repo.extra_files(repo.find("a.2")).size() == 1);
    REQUIRE(repo.extra_files(repo.find("a.3")).size() == 2);
    CHECK(repo.extra_files(repo.find("a.3"))[1].content == "patch");
    if (digest == 0) digest = repo.content_digest();
    CHECK(repo.content_digest() == digest);
  }
}

TEST_CASE("a hard link is the file that it was packed with") {
  const temp_tree t;
  pack(t.path() / "a", form::tar,
       {{"./packages/a/a.1/opam", "#1"},
        {"./packages/a/a.1/files/p.patch", "patch"},
        {"./packages/b/b.1/opam", "", AE_IFREG, "./packages/a/a.1/opam"},
        {"./packages/b/b.1/files/p.patch", "", AE_IFREG, "./packages/a/a.1/files/p.patch"},
        {"./packages/a/a.1/opam", "", AE_IFREG, "./packages/a/a.1/opam"}});  // given to tar twice
  const repository repo = load_repository(archive_source{t.str() + "/a"});
  CHECK(problems(repo) == strings{});
  CHECK(contents(repo) == strings{"a.1", "b.1"});
  CHECK(repo.text(repo.find("b.1")) == "#1");
  REQUIRE(repo.extra_files(repo.find("b.1")).size() == 1);
  CHECK(repo.extra_files(repo.find("b.1"))[0].content == "patch");
}

TEST_CASE("linked folders of packages are read as in a folder") {
  const temp_tree t;
  pack(t.path() / "a", form::tar,
       {{"x/packages", "", AE_IFLNK, "all"},
        {"x/all/a/a.1/opam", "#1"},
        {"x/all/a/a.2", "", AE_IFLNK, "a.1"},
        {"x/all/a/a.1/files/f", "", AE_IFLNK, "../../../../f"},
        {"x/f", "text"}});
  const repository repo = load_repository(archive_source{t.str() + "/a"});
  CHECK(contents(repo) == strings{"a.1"});
  CHECK(problems(repo) == strings{"x/packages/a/a.2: error: a link below another one; left out"});
  REQUIRE(repo.extra_files(repo.find("a.1")).size() == 1);
  CHECK(repo.extra_files(repo.find("a.1"))[0].content == "text");
  pack(t.path() / "a", form::tar,
       {{"packages/a/a.1/opam", "#1"},
        {"packages/a/a.1/files/f", "text"},
        {"packages/a/a.2", "", AE_IFLNK, "a.1"}});
  const repository two = load_repository(archive_source{t.str() + "/a"});
  CHECK(contents(two) == strings{"a.1", "a.2"});
  CHECK(two.extra_files(two.find("a.2")).size() == 1);
  CHECK(two.diagnostics().empty());
}

TEST_CASE("a link in an archive that leads to nothing in it is told") {
  const temp_tree t;
  pack(t.path() / "a", form::tar,
       {{"packages/a/a.1/opam", ""},
        {"packages/a/a.1/files/absent", "", AE_IFLNK, "../x"},
        {"packages/a/a.1/files/circle", "", AE_IFLNK, "circle"},
        {"packages/a/a.1/files/folder", "", AE_IFLNK, "../../a.1"},
        {"packages/a/a.1/files/out", "", AE_IFLNK, "../../../../../x"},
        {"packages/a/a.2", "", AE_IFLNK, "absent"},
        {"packages/a/a.3", "", AE_IFLNK, "../a"},
        {"packages/b/b.1/opam", "", AE_IFLNK, "/etc/passwd"},
        {"packages/b/b.2/opam", "", AE_IFREG, "packages/b/b.3/opam"}});
  const repository repo = load_repository(archive_source{t.str() + "/a"});
  CHECK(contents(repo) == strings{"a.1"});
  const std::string nothing = "a link that leads to no file in the archive; left out";
  const std::string outside = "a link that leaves the archive, or leads in a circle; left out";
  const std::string in = "a link to a folder that it is in; left out";
  CHECK(problems(repo) ==
        strings{"packages/a/a.1/files/absent: error: " + nothing,
                "packages/a/a.1/files/circle: error: " + outside,
                "packages/a/a.1/files/folder: error: " + in,
                "packages/a/a.1/files/out: error: " + outside, "packages/a/a.2: error: " + nothing,
                "packages/a/a.3: error: " + in, "packages/b/b.1/opam: error: " + outside,
                "packages/b/b.2/opam: error: " + nothing});
}

TEST_CASE("links cannot make an archive endless") {
  const temp_tree t;
  std::vector<packed> members{{"packages/a/a.1/opam", ""}};
  for (int i = 0; i < 100; ++i) {
    members.push_back({"packages/a/a.1/files/f" + std::to_string(i), ""});
    members.push_back({"packages/b/b." + std::to_string(i), "", AE_IFLNK, "../a/a.1"});
  }
  pack(t.path() / "a", form::tar, members);
  load_options options;
  options.limits.files = 1000;
  CHECK_THROWS_WITH_AS((void)load_repository(archive_source{t.str() + "/a"}, options),
                       doctest::Contains("more than "), load_error);
}

TEST_CASE("of a member that is there twice the later counts, with a warning") {
  const temp_tree t;
  pack(t.path() / "a", form::tar,
       {{"packages/a/a.1/opam", "#old"},
        {"packages/b/b.1/opam", ""},
        {"packages/a/a.1/opam", "#new"}});
  const repository repo = load_repository(archive_source{t.str() + "/a"});
  CHECK(repo.text(repo.find("a.1")) == "#new");
  CHECK(repo.diagnostics().size() == 1);
}

TEST_CASE("large members are left out, also when they are packed small") {
  const temp_tree t;
  pack(t.path() / "a", form::tar_zst,
       {{"packages/a/a.1/opam", ""}, {"packages/b/b.1/opam", std::string(1 << 20, ' ')}});
  load_options options;
  options.limits.file_bytes = 1000;
  const repository repo = load_repository(archive_source{t.str() + "/a"}, options);
  CHECK(contents(repo) == strings{"a.1"});
  CHECK(mentions(repo, "packages/b/b.1/opam: error: the file has"));
  options.limits = {};
  options.limits.total_bytes = 1000;
  CHECK_THROWS_AS((void)load_repository(archive_source{t.str() + "/a"}, options), load_error);
}

TEST_CASE("names that are not UTF-8 in an archive are diagnostics") {
  const temp_tree t;
  pack(t.path() / "a", form::tar, {{"packages/a/a.1/opam", ""}, {"packages/x/x\xff.1/opam", ""}});
  const repository repo = load_repository(archive_source{t.str() + "/a"});
  CHECK(contents(repo) == strings{"a.1"});
  CHECK(mentions(repo, "packages/x/x\\xff.1/opam: error"));
}

TEST_CASE("a file that is no archive, or is cut, or has no packages, is an error") {
  const temp_tree t;
  t.write("text", "hello, this is not an archive at all").write("empty", "");
  for (const char* const name : {"/text", "/empty"}) {
    CHECK_THROWS_WITH_AS((void)load_repository(archive_source{t.str() + name}),
                         doctest::Contains("not an archive that can be read (Unrecog"), load_error);
  }
  CHECK_THROWS_AS((void)load_repository(archive_source{t.str() + "/absent"}), load_error);
  pack(t.path() / "none", form::tar_gz, {{"readme", "x"}});
  CHECK_THROWS_WITH_AS((void)load_repository(archive_source{t.str() + "/none"}),
                       doctest::Contains("no folder `packages`"), load_error);
  std::vector<packed> members;
  for (int i = 0; i < 100; ++i) {
    std::string text = "# ";
    for (int k = 0; k < 300; ++k) text += std::to_string(i * 7919 * k % 1000003);
    members.push_back({"packages/p/p." + std::to_string(i) + "/opam", text + '\n'});
  }
  for (const form f : {form::tar_gz, form::tar_zst, form::tar_xz, form::zip}) {
    pack(t.path() / "whole", f, members);
    const std::string bytes = slurp(t.path() / "whole");
    for (const std::size_t part : {4U, 3U, 2U}) {
      t.write("cut", bytes.substr(0, bytes.size() - bytes.size() / part));
      CHECK_THROWS_WITH_AS((void)load_repository(archive_source{t.str() + "/cut"}),
                           doctest::Contains("cut short or damaged ("), load_error);
    }
  }
}

TEST_CASE("an archive with any byte changed gives a repository or an error, nothing worse") {
  const temp_tree t;
  std::vector<packed> members;
  for (int i = 0; i < 5; ++i)
    members.push_back({"packages/p/p." + std::to_string(i) + "/opam", "synopsis: \"x\"\n"});
  for (const form f : {form::tar, form::tar_gz, form::zip}) {
    pack(t.path() / "whole", f, members);
    const std::string bytes = slurp(t.path() / "whole");
    for (std::size_t i = 0; i < bytes.size(); i += 1 + bytes.size() / 300) {
      std::string damaged = bytes;
      damaged[i] = static_cast<char>(damaged[i] ^ 0x41);
      t.write("damaged", damaged);
      try {
        const repository repo = load_repository(archive_source{t.str() + "/damaged"});
        CHECK(repo.size() <= 5);
      } catch (const load_error& e) {
        CHECK(std::string(e.what()).find("damaged: ") != std::string::npos);
      }
    }
  }
}

TEST_CASE("an archive is cached until it changes") {
  const temp_tree t;
  load_options options;
  options.cache_directory = t.str() + "/cache";
  const auto load = [&] { return load_repository(archive_source{t.str() + "/a"}, options); };
  pack(t.path() / "a", form::tar_gz, {{"packages/a/a.1/opam", ""}});
  CHECK_FALSE(load().sources()[0].from_cache);
  CHECK(load().sources()[0].from_cache);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  pack(t.path() / "a", form::tar_gz, {{"packages/a/a.2/opam", ""}});
  CHECK(contents(load()) == strings{"a.2"});
  CHECK(load().sources()[0].from_cache);
}

TEST_CASE("unpacking can be cancelled") {
  const temp_tree t;
  std::vector<packed> members;
  for (int i = 0; i < 2000; ++i)
    members.push_back(
        {"packages/p/p." + std::to_string(i) + "/opam", "# " + std::string(500, 'x') + '\n'});
  pack(t.path() / "a", form::tar_gz, members);
  load_options options;
  options.progress = [](const progress_event&) { return false; };
  for (const unsigned threads : {1U, 3U}) {
    options.threads = threads;
    CHECK_THROWS_AS((void)load_repository(archive_source{t.str() + "/a"}, options), cancelled);
  }
}

#endif
