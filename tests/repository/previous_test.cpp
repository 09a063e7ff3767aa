#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <opamplan/repository/declarations.hpp>
#include <opamplan/repository/load.hpp>
#include <opamplan/repository/same_names.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "repository/git_tree.hpp"

using namespace opamplan;
using namespace repository_test;

namespace {

repository in_memory(const std::vector<std::pair<std::string, std::string>>& files,
                     const std::optional<repository>& previous = {}) {
  memory_source from;
  for (const auto& [name, fields] : files) {
    from.files.push_back({name + "/opam", "opam-version: \"2.0\"\n" + fields});
  }
  load_options options;
  options.previous = previous;
  return load_repository(from, options);
}

/// What each package declares, with the versions that it means, whatever the order of the texts.
std::vector<std::string> meaning(const repository& repo) {
  const declarations& d = declared(repo);
  const auto tell = [](const auto& self, const formula<version_set>& f) -> std::string {
    if (f.is_atom()) {
      std::string out = std::to_string(f.atom.name);
      for (const package_range r : f.atom.ranges) {
        out += '[' + std::to_string(r.first) + ',' + std::to_string(r.last) + ')';
      }
      return out;
    }
    std::string out = std::to_string(static_cast<int>(f.kind)) + '(';
    for (const auto& arg : f.args) out += self(self, arg) + ' ';
    return out + ')';
  };
  std::vector<std::string> out;
  for (std::size_t p = 0; p < repo.size(); ++p) {
    std::string line;
    for (const auto* rows : {&d.depends, &d.conflicts, &d.depopts}) {
      for (const std::uint32_t at : (*rows)[p]) {
        const declared_formula& f = d.formulas[at];
        line += f.settled ? tell(tell, *f.settled) : "varies";
        line += ' ';
      }
      line += '/';
    }
    for (const std::string& name : d.class_lists[d.conflict_classes[p]]) line += name + ' ';
    out.push_back(line + (d.avoid_version[p] != 0 ? "avoid" : ""));
  }
  return out;
}

void check_same(const repository& taken, const repository& whole) {
  CHECK(contents(taken) == contents(whole));
  CHECK(taken.content_digest() == whole.content_digest());
  CHECK(problems(taken) == problems(whole));
  CHECK(meaning(taken) == meaning(whole));
  CHECK(std::ranges::equal(taken.names(), whole.names()));
  for (const package_id id : taken.packages()) {
    CHECK(taken.origin(id).path == whole.origin(id).path);
  }
}

}  // namespace

TEST_CASE("a commit that is read from the one before it is what reading all of it gives") {
  if (!can_test_git()) return;
  const git_tree g;
  const auto& w = g.work;
  const auto remove = [&](const std::string& path) { fs::remove_all(w.path() / path); };
  const std::vector<std::function<void()>> edits = {
      [&] {
        w.add("a", "1", "depends: [\"b\" {>= \"2\"} \"z\"]\n").add("b", "1").add("b", "2");
        w.add("c", "1", "depends: \"a\" conflicts: \"b\" {= \"1\"} flags: avoid-version\n");
        w.add("broken", "1", "depends: [\n");
        w.write("packages/c/c.1/files/x.patch", "one");
        w.write("repo", "opam-version: \"2.0\"");
      },
      [] {},
      [&] { w.add("b", "3"); },
      [&] { w.add("aa", "1", "depends: \"b\" {< \"3\"} conflict-class: \"k\"\n"); },
      [&] { w.add("z", "1"); },  // a name that was missing
      [&] { w.add("a", "1", "depends: [\"b\" {>= \"3\"} \"z\"]\n"); },
      [&] { w.write("packages/c/c.1/files/x.patch", "two"); },
      [&] { remove("packages/z"); },
      [&] { remove("packages/b/b.2"); },
      [&] { w.add("broken", "1", "depends: \"b\"\n"); },
      [&] { w.add("c", "2", "depends: \"a\n"); },               // broken now
      [&] { w.write("packages/other/b.3/opam", "#twice\n"); },  // a version in two folders
      [&] { remove("packages/b/b.3"); },                        // the other one counts
      [&] { w.write("packages/other/b.4/opam", ""); },
      [&] { w.write("packages/empty/note", ""); },
      [&] { w.write("repo", "opam-version: \"1.2\""); },
      [&] { w.write("packages/c/c.1/url", "src: \"x\"\n"); },
      [&] { remove("packages/other"); },
  };
  load_options next;
  for (std::size_t i = 0; i < edits.size(); ++i) {
    CAPTURE(i);
    edits[i]();
    g.commit();
    const repository whole = load_repository(git_source{w.str()});
    const repository taken = load_repository(git_source{w.str()}, next);
    check_same(taken, whole);
    next.previous = taken;
  }
}

TEST_CASE("only what a commit changes is read") {
  if (!can_test_git()) return;
  const git_tree g;
  g.work.add("a", "1").add("b", "1");
  g.commit();
  const repository first = load_repository(git_source{g.work.str()});
  g.work.add("b", "2");
  g.commit();
  load_options options;
  options.previous = first;
  const repository second = load_repository(git_source{g.work.str()}, options);
  CHECK(second.text(second.find("a.1")).data() == first.text(first.find("a.1")).data());
  CHECK(second.text(second.find("b.1")).data() != first.text(first.find("b.1")).data());
}

TEST_CASE("another source, or a commit that is not there, is no base to go on from") {
  if (!can_test_git()) return;
  const git_tree g;
  g.work.add("a", "1");
  g.commit();
  const git_tree other;
  other.work.add("a", "1", "#other\n").add("b", "1");
  other.commit();
  for (const repository& base :
       {in_memory({{"a.1", ""}, {"c.1", ""}}), load_repository(git_source{other.work.str()})}) {
    load_options options;
    options.previous = base;
    check_same(load_repository(git_source{g.work.str()}, options),
               load_repository(git_source{g.work.str()}));
  }
}

TEST_CASE("what equal files declare is taken over, and means the versions that there are now") {
  using files = std::vector<std::pair<std::string, std::string>>;
  const files start = {{"a.1", "depends: [\"b\" {>= \"2\"} \"z\" \"c\"]"},
                       {"b.1", ""},
                       {"b.2", ""},
                       {"c.1", "depends: (\"a\" | \"b\" {< \"2\"}) depopts: \"d\""},
                       {"d.1", "conflict-class: \"k\" available: os = \"linux\""}};
  const std::vector<std::function<void(files&)>> edits = {
      [](files& f) {
        f.insert(f.begin(), {"A.1", "depends: \"b\" {>= \"2\"}"});
      },
      [](files& f) {
        f.push_back({"b.3", "flags: avoid-version"});
      },
      [](files& f) {
        f.push_back({"z.1", ""});
      },
      [](files& f) { f.erase(f.begin() + 1); },
      [](files& f) { f[0].second += " depopts: \"c\""; },
      [](files& f) { f.clear(); },
      [&](files& f) { f = start; },
  };
  files now = start;
  repository previous = in_memory(now);
  static_cast<void>(declared(previous));
  for (std::size_t i = 0; i < edits.size(); ++i) {
    CAPTURE(i);
    const repository alone = in_memory(now);
    edits[i](now);
    const repository next = in_memory(now, previous);
    check_same(next, in_memory(now));
    CHECK(same_names(previous, next) == same_names(alone, in_memory(now)));
    CHECK(same_names(alone, next) == same_names(previous, next));
    previous = next;
  }
}

TEST_CASE("names are the same if their versions, files and what lies beside them are") {
  const repository before = in_memory({{"a.1", ""}, {"b.1", ""}, {"c.1", ""}, {"d.1", ""}});
  const repository after =
      in_memory({{"a.1", ""}, {"b.1", "#"}, {"bb.1", ""}, {"c.1", ""}, {"c.2", ""}, {"d.1", ""}});
  CHECK(same_names(before, after) ==
        std::vector{name_id{0}, name_id::none, name_id::none, name_id{4}});
  CHECK(same_names(after, repository()) == std::vector(5, name_id::none));
}

TEST_CASE("versions are added, removed or changed, in the order of names and versions") {
  const repository before = in_memory({{"a.1", ""}, {"a.10", ""}, {"b.1", ""}, {"c.1", ""}});
  const repository after =
      in_memory({{"A.1", ""}, {"a.1", "#"}, {"a.2", ""}, {"a.10", ""}, {"c.1", ""}, {"c.0", ""}});
  strings told;
  for (const changed_package& c : changed_packages(before, after)) {
    told.push_back((c.before == package_id::none ? "-" : before.full_name(c.before)) + " " +
                   (c.after == package_id::none ? "-" : after.full_name(c.after)));
  }
  CHECK(told == strings{"- A.1", "a.1 a.1", "- a.2", "b.1 -", "- c.0"});
  CHECK(changed_packages(before, before).empty());
}
