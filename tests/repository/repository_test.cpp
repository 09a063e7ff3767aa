#include <doctest/doctest.h>

#include <opamplan/package/opam_file.hpp>
#include <opamplan/repository/load.hpp>
#include <opamplan/repository/repository.hpp>
#include <opamplan/syntax/ast.hpp>

#include "repository/temp_tree.hpp"

using namespace opamplan;
using namespace repository_test;

namespace {
repository sample() {
  return load_repository(memory_source{{{"packages/dune/dune.3.9/opam", "synopsis: \"old\""},
                                        {"packages/dune/dune.3.24.2/opam", "synopsis: \"new\""},
                                        {"packages/astring/astring.0.8.5/opam", ""},
                                        {"packages/0install/0install.2.18/opam", ""}}});
}
}  // namespace

TEST_CASE("names ascend by bytes and ids index them") {
  const repository repo = sample();
  REQUIRE(repo.names().size() == 3);
  CHECK(repo.names()[0] == "0install");
  CHECK(repo.names()[2] == "dune");
  for (std::uint32_t n = 0; n < repo.name_count(); ++n) {
    CHECK(repo.find_name(repo.names()[n]) == name_id{n});
  }
  CHECK(repo.find_name("dun") == name_id::none);
  CHECK(repo.find_name("") == name_id::none);
}

TEST_CASE("a name's versions are consecutive ids in opam's order") {
  const repository repo = sample();
  const package_range dune = repo.versions(repo.find_name("dune"));
  CHECK(dune.size() == 2);
  strings versions;
  for (const package_id id : dune) {
    versions.emplace_back(repo.version_string(id));
    CHECK(repo.name_of(id) == repo.find_name("dune"));
    CHECK(repo.name_string(id) == "dune");
  }
  CHECK(versions == strings{"3.9", "3.24.2"});
  CHECK(dune[1] == repo.find("dune", "3.24.2"));
  CHECK(repo.packages().size() == 4);
}

TEST_CASE("a package is found by name and version or by full name") {
  const repository repo = sample();
  CHECK(repo.full_name(repo.find("dune.3.24.2")) == "dune.3.24.2");
  CHECK(repo.find("dune", "3.09") == repo.find("dune", "3.9"));
  CHECK(repo.find("dune", "3.10") == package_id::none);
  CHECK(repo.find("dune") == package_id::none);
  CHECK(repo.find("absent.1") == package_id::none);
  CHECK(repo.find("") == package_id::none);
}

TEST_CASE("files are there as text, tree and typed") {
  const repository repo = sample();
  const package_id id = repo.find("dune.3.24.2");
  CHECK(repo.text(id) == "synopsis: \"new\"");
  REQUIRE(repo.file(id).find("synopsis"));
  CHECK(repo.file(id).find("synopsis")->as_string() == "new");
  CHECK(repo.file(id).path() == "packages/dune/dune.3.24.2/opam");
  CHECK(repo.opam(id).synopsis == "new");
}

TEST_CASE("copies share state and outlive the original") {
  const syntax::file* file = nullptr;
  repository copy;
  {
    const repository repo = sample();
    file = &repo.file(package_id{0});
    copy = repo;
    CHECK(copy == repo);
  }
  CHECK(&copy.file(package_id{0}) == file);
  CHECK_FALSE(copy == sample());
}

TEST_CASE("the digest is of the content, not of where it came from") {
  const temp_tree tree;
  tree.add("a", "1", "#1").add("b", "1", "#2");
  const repository on_disk = load_repository(directory_source{tree.str()});
  const repository in_memory = load_repository(memory_source{{{"b.1", "#2"}, {"a.1", "#1"}}});
  CHECK(on_disk.content_digest() == in_memory.content_digest());
  const repository other = load_repository(memory_source{{{"b.1", "#2"}, {"a.1", "#3"}}});
  CHECK(other.content_digest() != in_memory.content_digest());
}
