#include <doctest/doctest.h>

#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <opamplan/repository/declarations.hpp>
#include <opamplan/repository/load.hpp>
#include <opamplan/syntax/ast.hpp>
#include <span>

#include "opamplan/repository/impl/state.hpp"
#include "repository/temp_tree.hpp"

using namespace opamplan;
using namespace repository_test;

namespace {

struct cached_tree {
  temp_tree tree;
  temp_tree cache;
  load_options options;

  cached_tree() {
    tree.add("a", "1", "synopsis: \"one\"\ndepends: [ \"b\" {>= \"1\"} \"c\" ]\n");
    tree.add("a", "2", "broken [").add("b", "1", "description: \"\"\"\ntext \\\" more\n\"\"\"\n");
    tree.add("c", "1", "");
    tree.write("packages/odd/readme", "");
    options.cache_directory = (cache.path() / "made").string();
    settle();
  }
  [[nodiscard]] repository load() const {
    return load_repository(directory_source{tree.str()}, options);
  }
  [[nodiscard]] fs::path cache_file() const {
    for (const auto& e : fs::directory_iterator(options.cache_directory)) return e.path();
    return {};
  }
};

bool same_nodes(std::span<const syntax::node> a, std::span<const syntax::node> b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

void check_same_declarations(const declarations& a, const declarations& b) {
  CHECK(a.depends == b.depends);
  CHECK(a.conflicts == b.conflicts);
  CHECK(a.depopts == b.depopts);
  CHECK(a.filters == b.filters);
  CHECK(a.available == b.available);
  CHECK(a.class_lists == b.class_lists);
  CHECK(a.conflict_classes == b.conflict_classes);
  CHECK(a.avoid_version == b.avoid_version);
  CHECK(std::ranges::equal(a.formulas, b.formulas,
                           [](const declared_formula& x, const declared_formula& y) {
                             return *x.written == *y.written && x.settled == y.settled;
                           }));
}

void check_equal(const repository& a, const repository& b) {
  REQUIRE(contents(a) == contents(b));
  CHECK(problems(a) == problems(b));
  CHECK(std::equal(a.names().begin(), a.names().end(), b.names().begin(), b.names().end()));
  for (const package_id id : a.packages()) {
    CHECK(a.text(id) == b.text(id));
    CHECK(a.origin(id).path == b.origin(id).path);
    CHECK(a.file(id).path() == b.file(id).path());
    CHECK(same_nodes(a.file(id).nodes(), b.file(id).nodes()));
  }
  check_same_declarations(declared(a), declared(b));
}

}  // namespace

TEST_CASE("the second load comes from the cache and is equal") {
  const cached_tree t;
  const repository first = t.load();
  const repository second = t.load();
  CHECK_FALSE(first.sources()[0].from_cache);
  CHECK(second.sources()[0].from_cache);
  CHECK(second.sources()[0].label == t.tree.str());
  CHECK(first.diagnostics().size() == 2);
  check_equal(first, second);
}

TEST_CASE("a cache keeps what files declare, malformed fields too, and reads none of it anew") {
  cached_tree t;
  t.tree.add("d", "1", "depends: [ \"b\" 3 ]\nconflicts: [ \"c\" & \"d\" ]\n");
  t.tree.add("d", "2", "depopts: [ \"b\" {>= \"1\"} ]\nflags: avoid-version\n");
  t.tree.add("d", "3", "available: os = \"linux\"\nconflict-class: \"k\"\n");
  settle();
  (void)t.load();
  const repository cached = t.load();
  REQUIRE(cached.sources()[0].from_cache);
  CHECK(repository_impl::state_of(cached).texts != nullptr);
  const repository read = load_repository(directory_source{t.tree.str()});
  CHECK(repository_impl::state_of(read).texts == nullptr);
  check_equal(cached, read);
}

TEST_CASE("without a cache folder nothing is written") {
  const cached_tree t;
  (void)load_repository(directory_source{t.tree.str()});
  CHECK_FALSE(fs::exists(t.options.cache_directory));
}

TEST_CASE("every change of the tree makes the cache stale") {
  const cached_tree t;
  const auto reloads = [&](const char* what) {
    CAPTURE(what);
    settle();
    const repository after = t.load();
    CHECK_FALSE(after.sources()[0].from_cache);
    check_equal(after, load_repository(directory_source{t.tree.str()}));
    const repository again = t.load();
    CHECK(again.sources()[0].from_cache);
    check_equal(again, after);
  };
  reloads("first");
  t.tree.add("a", "1", "synopsis: \"two\"\n");
  reloads("a text changed");
  t.tree.add("a", "3");
  reloads("a version added");
  t.tree.add("d", "1");
  reloads("a name added");
  fs::remove_all(t.tree.path() / "packages/a/a.1");
  reloads("a version removed");
  fs::remove_all(t.tree.path() / "packages/b");
  reloads("a name removed");
  fs::rename(t.tree.path() / "packages/a/a.3", t.tree.path() / "packages/a/a.4");
  reloads("a version renamed");
  t.tree.add("a", "2", "# mended\n");
  reloads("a broken file mended");
  t.tree.write("packages/odd/odd.1/opam", "");
  reloads("a version in a folder that had none");
  // Equal size and modification time: the change time tells.
  const auto file = t.tree.path() / "packages/a/a.2/opam";
  const auto time = fs::last_write_time(file);
  t.tree.add("a", "2", "# MENDED\n");
  fs::last_write_time(file, time);
  reloads("a text changed in secret");
}

TEST_CASE("what was left out is looked at again when something else is in its place") {
  const cached_tree t;
  const temp_tree outside;
  outside.write("file", "outside").write("folder/opam", "").write("folder/x", "");
  const fs::path root = t.tree.path();
  t.tree.add("o", "1").add("o", "2").write("store/s.1/x", "1").write("plain", "");
  const auto opam = [&](const char* text) { return [=, &t] { t.tree.add("o", "1", text); }; };
  const auto link = [&](const fs::path& target, const char* at) {
    return [=] { fs::create_symlink(target, root / at); };
  };
  const auto file = [&](const char* at, const char* text) {
    return [=, &t] { t.tree.write(at, text); };
  };
  const auto pipe = [&](const char* at) {
    return [=] { REQUIRE(::mkfifo((root / at).c_str(), 0600) == 0); };
  };
  struct replacement {
    const char* path;
    std::function<void()> left_out;
    std::function<void()> taken;
  };
  constexpr const char* version = "packages/o/o.1/opam";
  const replacement replacements[] = {
      {version, link(outside.path() / "file", version), opam("# regular\n")},
      {version, link("nowhere", version), opam("# regular again\n")},
      {version, link("../o.1", version), opam("# no loop\n")},
      {version, pipe(version), opam("# no pipe\n")},
      {version, file("packages/o/o.1/opam/x", ""), opam("# no folder\n")},
      {"packages/o/o.1/url", link(outside.path() / "file", "packages/o/o.1/url"),
       file("packages/o/o.1/url", "src: \"https://example.org/a\"\n")},
      {"packages/o/o.1/descr", link(outside.path() / "file", "packages/o/o.1/descr"),
       file("packages/o/o.1/descr", "A synopsis\n")},
      {"packages/o/o.1/files", link(outside.path() / "folder", "packages/o/o.1/files"),
       file("packages/o/o.1/files/x", "1")},
      {"packages/o/o.1/files", file("packages/o/o.1/files", ""),
       file("packages/o/o.1/files/y", "2")},
      {"packages/o/o.1/files/z", link(outside.path() / "file", "packages/o/o.1/files/z"),
       file("packages/o/o.1/files/z", "3")},
      {"packages/o/o.2", link(outside.path() / "folder", "packages/o/o.2"),
       file("packages/o/o.2/opam", "# regular\n")},
      {"packages/p", link(outside.path() / "folder", "packages/p"),
       file("packages/p/p.1/opam", "")},
      {"repo", link(outside.path() / "file", "repo"), file("repo", "opam-version: \"2.0\"\n")},
      {"repo", file("repo/x", ""), file("repo", "opam-version: \"2.1\"\n")},
      // The link stays, and what it leads to comes.
      {"store/s.2", link("../store/s.2", "packages/s.2"), file("store/s.2/opam", "")},
      {"plain", link("../plain", "packages/s.3"), file("plain/opam", "")},
      {"late", link("../../../late", "packages/o/o.2/files"), file("late/x", "late")},
  };
  for (const replacement& r : replacements) {
    INFO(std::string(r.path));
    for (const auto& put : {r.left_out, r.taken}) {
      fs::remove_all(root / r.path);
      put();
      settle();
      const repository fresh = load_repository(directory_source{t.tree.str()});
      check_equal(t.load(), fresh);
      check_equal(t.load(), fresh);
    }
    CHECK(t.load().sources()[0].from_cache);
  }
}

TEST_CASE("a link that left the repository is followed once what it leads to has moved into it") {
  const cached_tree t;
  const temp_tree outside;
  outside.write("folder/opam", "");
  fs::create_symlink(outside.path() / "folder", t.tree.path() / "packages/m.1");
  settle();
  CHECK(contents(t.load()).back() == "c.1");
  fs::rename(outside.path() / "folder", t.tree.path() / "moved");  // with its inode and times
  fs::create_symlink(t.tree.path() / "moved", outside.path() / "folder");
  CHECK(contents(t.load()).back() == "m.1");
}

TEST_CASE("a tree changed just now is not cached") {
  const cached_tree t;
  t.tree.add("a", "1", "synopsis: \"now\"\n");
  (void)t.load();
  CHECK_FALSE(fs::exists(t.options.cache_directory));
}

TEST_CASE("a cache damaged at any byte is harmless and written again") {
  const cached_tree t;
  const repository sound = t.load();
  const fs::path file = t.cache_file();
  const std::string bytes = slurp(file);
  REQUIRE(bytes.size() > 500);
  std::size_t used = 0;
  for (std::size_t i = 0; i<bytes.size(); i += bytes.size()> 8000 ? 7 : 1) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ (1 << (i % 8)));
    fs::remove(file);
    std::ofstream(file, std::ios::binary) << damaged;
    const repository repo = t.load();
    used += repo.sources()[0].from_cache ? 1 : 0;
    if (i % 97 == 0) check_equal(repo, sound);
  }
  CHECK(used == 0);
  CHECK(slurp(file) == bytes);  // equal input, equal bytes
  CHECK(t.load().sources()[0].from_cache);
}

TEST_CASE("a cache cut at any length is harmless") {
  const cached_tree t;
  const repository sound = t.load();
  const fs::path file = t.cache_file();
  const std::string bytes = slurp(file);
  for (std::size_t n = 0; n < bytes.size(); n += n < 300 ? 1 : 53) {
    fs::remove(file);
    std::ofstream(file, std::ios::binary) << bytes.substr(0, n);
    const repository repo = t.load();
    CHECK_FALSE(repo.sources()[0].from_cache);
    if (n % 101 == 0) check_equal(repo, sound);
  }
  fs::remove(file);
  std::ofstream(file, std::ios::binary) << bytes << "more";
  CHECK_FALSE(t.load().sources()[0].from_cache);
  fs::remove(file);
  fs::create_directory(file);  // cannot be replaced by a file
  check_equal(t.load(), sound);
}

TEST_CASE("a cache folder that cannot be made is no error") {
  cached_tree t;
  t.cache.write("file", "");
  t.options.cache_directory = (t.cache.path() / "file" / "below").string();
  CHECK(t.load().size() == 3);
  CHECK(t.load().size() == 3);
}

TEST_CASE("a cache is for its limits and for its source only") {
  cached_tree t;
  (void)t.load();
  t.options.limits.file_bytes = 10;
  const repository repo = t.load();
  CHECK_FALSE(repo.sources()[0].from_cache);
  CHECK(contents(repo) == strings{"c.1"});
  // Another tree whose cache lies where this one's is looked for.
  const cached_tree other;
  (void)other.load();
  const fs::path file = t.cache_file();
  fs::remove(file);
  fs::copy_file(other.cache_file(), file);
  CHECK_FALSE(t.load().sources()[0].from_cache);
}

TEST_CASE("a repository from the cache outlives the cache") {
  const cached_tree t;
  (void)t.load();
  const repository repo = t.load();
  REQUIRE(repo.sources()[0].from_cache);
  fs::remove_all(t.options.cache_directory);
  CHECK(repo.file(repo.find("a.1")).find("synopsis")->as_string() == "one");
}

TEST_CASE("only the last used caches are kept") {
  const cached_tree t;
  for (int i = 0; i < 12; ++i) {
    const temp_tree tree;
    tree.add("a", std::to_string(i));
    settle();
    (void)load_repository(directory_source{tree.str()}, t.options);
  }
  std::size_t files = 0;
  for (const auto& e : fs::directory_iterator(t.options.cache_directory)) files += e.exists();
  CHECK(files == 8);
}

TEST_CASE("a cache cut short while its repository is in use harms nothing") {
  const cached_tree t;
  (void)t.load();
  const repository repo = t.load();
  REQUIRE(repo.sources()[0].from_cache);
  fs::resize_file(t.cache_file(), 0);
  check_equal(repo, load_repository(directory_source{t.tree.str()}));
}

TEST_CASE("a named pipe in place of the cache is replaced, not waited for") {
  const cached_tree t;
  (void)t.load();
  const fs::path file = t.cache_file();
  fs::remove(file);
  REQUIRE(::mkfifo(file.c_str(), 0600) == 0);
  CHECK_FALSE(t.load().sources()[0].from_cache);
  CHECK(fs::is_regular_file(file));
  CHECK(t.load().sources()[0].from_cache);
}
