#include "opamplan/repository/reachable.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "opamplan/repository/declarations.hpp"
#include "opamplan/repository/load.hpp"

using namespace opamplan;

namespace {

repository in_memory(const std::vector<std::pair<std::string, std::string>>& files) {
  memory_source from;
  for (const auto& [name, text] : files) from.files.push_back({name + "/opam", text});
  return load_repository(from);
}

std::string names_of(const repository& repo) {
  std::string out;
  for (const package_id id : repo.packages()) out += repo.full_name(id) + " ";
  return out;
}

const repository& whole() {
  static const repository repo = in_memory({
      {"a.1", R"(depends: ["b" {>= "c" & with-test} ("d" | "e") "missing"])"},
      {"b.1", "depends: \"g\""},
      {"b.2", R"(depends: "a" conflicts: "z")"},
      {"c.1", ""},
      {"d.1", ""},
      {"e.1", "depopts: \"c\""},
      {"g.1", R"(depends: ["\x61"])"},
      {"z.1", R"(depends: ["a"])"},
  });
  return repo;
}

}  // namespace

TEST_CASE("what names can need is all versions of what stands in depends, whatever its filters") {
  const std::vector from{whole().find_name("a")};
  const repository part = reachable(whole(), from);
  CHECK(names_of(part) == "a.1 b.1 b.2 d.1 e.1 g.1 ");
  CHECK(part.find_name("c") == name_id::none);
  CHECK(part.name_string(part.find("g.1")) == "g");
  CHECK(part.text(part.find("b.1")) == "depends: \"g\"");
  CHECK(part.versions(part.find_name("b")).size() == 2);
  CHECK(declared(part).depends.size() == part.size());
}

TEST_CASE("what several names can need is there, and nothing if there are none") {
  const std::vector from{whole().find_name("c"), whole().find_name("g")};
  CHECK(names_of(reachable(whole(), from)) == "a.1 b.1 b.2 c.1 d.1 e.1 g.1 ");
  CHECK(reachable(whole(), {}).empty());
}

TEST_CASE("the part outlives the whole") {
  repository part;
  {
    const repository all = in_memory({{"a.1", "depends: \"b\""}, {"b.1", "synopsis: \"it\""}});
    const std::vector from{all.find_name("a")};
    part = reachable(all, from);
  }
  CHECK(part.text(part.find("b.1")) == "synopsis: \"it\"");
}
