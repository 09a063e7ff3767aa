#include "opamplan/repository/declarations.hpp"

#include <doctest/doctest.h>

#include <opamplan/base/error.hpp>
#include <opamplan/repository/load.hpp>
#include <string>
#include <utility>
#include <vector>

using namespace opamplan;

namespace {

repository with_files(const std::vector<std::pair<std::string, std::string>>& files) {
  memory_source from;
  for (const auto& [name, fields] : files) {
    from.files.push_back({name + "/opam", "opam-version: \"2.0\"\n" + fields});
  }
  return load_repository(from);
}

std::size_t count(const flat_rows<std::uint32_t>& rows, std::size_t row) {
  return rows[row].size();
}

}  // namespace

TEST_CASE("a text that stands in several files and fields is one formula") {
  const repository repo = with_files({
      {"a.1", R"(depends: ["x" {>= "1"} "y"])"},
      {"a.2", R"(depends: ["y" "x" {>= "1"}] depopts: "y")"},
      {"b.1", R"(conflicts: ["x" {>= "1"} "x" {>= "01"}])"},
  });
  const declarations& d = declared(repo);
  CHECK(d.formulas.size() == 3);
  CHECK(std::vector(d.depends[0].begin(), d.depends[0].end()) == std::vector{0U, 1U});
  CHECK(std::vector(d.depends[1].begin(), d.depends[1].end()) == std::vector{1U, 0U});
  CHECK(std::vector(d.depopts[1].begin(), d.depopts[1].end()) == std::vector{1U});
  CHECK(std::vector(d.conflicts[2].begin(), d.conflicts[2].end()) == std::vector{0U, 2U});
  CHECK(&declared(repo) == &d);
  CHECK(&declared(repository(repo)) == &d);
}

TEST_CASE("of a repeated field the first counts, and a malformed element takes its field with it") {
  const repository repo = with_files({
      {"a.1", "depends: [\"x\"]\ndepends: [\"y\" \"z\"]"},
      {"b.1", R"(depends: ["x" 3 "y"] conflicts: ["x"])"},
      {"c.1", R"(depends: ["x" "not a name"])"},
      {"d.1", R"(depends: "x" {>= "1"})"},
      {"e.1", R"(depends: [["x"]])"},
      {"f.1", R"(depends: ["x" "y"] {os = "linux"})"},
  });
  const declarations& d = declared(repo);
  CHECK(count(d.depends, 0) == 1);
  CHECK(count(d.depends, 1) == 0);
  CHECK(count(d.conflicts, 1) == 1);
  CHECK(count(d.depends, 2) == 0);
  CHECK(count(d.depends, 3) == 1);
  CHECK(count(d.depends, 4) == 0);
  CHECK(count(d.depends, 5) == 0);
}

TEST_CASE("a formula is settled if nothing but the file decides what it means") {
  const repository repo = with_files({
      {"a.1", R"(depends: ["a" {>= "1"} "a" {= version} "a" {with-test} "a" {os = "linux"}])"},
  });
  const declarations& d = declared(repo);
  REQUIRE(d.formulas.size() == 4);
  REQUIRE(d.formulas[0].settled.has_value());
  CHECK(d.formulas[0].settled->atom.ranges.size() == 1);
  for (std::size_t i = 1; i < 4; ++i) CHECK_FALSE(d.formulas[i].settled.has_value());
}

TEST_CASE("available, conflict classes and avoid-version are those of each file") {
  memory_source from;
  from.files = {
      {"a.1/opam", "opam-version: \"2.0\"\navailable: os = \"linux\"\nflags: avoid-version"},
      {"a.2/opam",
       "opam-version: \"2.0\"\navailable: os = \"linux\"\ntags: \"flags:avoid-version\""},
      {"a.3/opam", "opam-version: \"2.1\"\navailable: os = \"linux\""},
      {"a.4/opam", "opam-version: \"2.0\"\nconflict-class: [\"k\" \"l\"]\ntags: \"avoid-version\""},
  };
  const repository repo = load_repository(from);
  const declarations& d = declared(repo);
  CHECK(d.filters.size() == 3);
  CHECK(d.available[0] == d.available[1]);
  CHECK(d.filters[d.available[2]].kind == filter_kind::conjunction);
  CHECK(d.filters[d.available[3]] == filter{});
  CHECK(d.class_lists[d.conflict_classes[0]].empty());
  CHECK(d.class_lists[d.conflict_classes[3]] == std::vector<std::string>{"k", "l"});
  CHECK(d.avoid_version == std::vector<std::uint8_t>{1, 1, 0, 0});
}

TEST_CASE("threads do not change what is declared, nor in which order") {
  std::vector<std::pair<std::string, std::string>> files;
  for (int i = 0; i < 3000; ++i) {
    const std::string n = std::to_string(i % 7) + std::to_string(i % 11);
    files.emplace_back("p" + std::to_string(i) + ".1",
                       "depends: [\"d" + n + "\" \"e" + std::to_string(i / 100) + "\"]\n" +
                           "available: os = \"" + std::to_string(i / 500) + "\"");
  }
  const repository one = with_files(files);
  const repository five = with_files(files);
  const declarations& a = declared(one, 1);
  const declarations& b = declared(five, 5);
  CHECK(a.depends == b.depends);
  CHECK(a.available == b.available);
  REQUIRE(a.formulas.size() == b.formulas.size());
  for (std::size_t i = 0; i < a.formulas.size(); ++i) {
    CHECK(*a.formulas[i].written == *b.formulas[i].written);
  }
  CHECK(a.filters == b.filters);
}

TEST_CASE("reading that is cancelled keeps nothing, and the next call reads") {
  const repository repo = with_files({{"a.1", R"(depends: ["x"])"}});
  CHECK_THROWS_AS(static_cast<void>(declared(repo, 1, [](const progress_event&) { return false; })),
                  cancelled);
  CHECK(declared(repo).formulas.size() == 1);
}

TEST_CASE("progress ends at the number of files, and never passes it") {
  std::vector<std::pair<std::string, std::string>> files;
  for (int i = 0; i < 700; ++i) files.emplace_back("p" + std::to_string(i) + ".1", "");
  for (const unsigned threads : {1U, 2U, 3U}) {
    std::size_t last = 0;
    const progress_callback note = [&](const progress_event& e) {
      CHECK(e.done <= 700);
      last = e.done;
      return true;
    };
    static_cast<void>(declared(with_files(files), threads, note));
    CHECK(last == 700);
  }
}
