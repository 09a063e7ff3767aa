#include <doctest/doctest.h>

#include <opamplan/package/environment.hpp>
#include <opamplan/repository/load.hpp>
#include <opamplan/repository/queries.hpp>

#include "repository/temp_tree.hpp"

using namespace opamplan;
using namespace repository_test;

namespace {
strings found(const repository& repo, std::string_view text, std::size_t limit = 0) {
  strings out;
  for (const search_hit& hit : search(repo, text, limit))
    out.push_back(repo.full_name(hit.package));
  return out;
}
}  // namespace

TEST_CASE("the latest available version is the newest whose available holds") {
  const repository repo = load_repository(memory_source{{{"a.1", ""},
                                                         {"a.2", "available: os = \"linux\""},
                                                         {"a.3", "available: os = \"win32\""},
                                                         {"a.4", "available: no-such-variable"},
                                                         {"b.1", ""},
                                                         {"b.2", "flags: avoid-version"},
                                                         {"c.1", "available: false"}}});
  environment env;
  env.set("os", "linux");
  const auto latest = latest_available(repo, env);
  REQUIRE(latest.size() == 3);
  CHECK(repo.full_name(latest[0]) == "a.2");
  CHECK(repo.full_name(latest[1]) == "b.2");
  CHECK(latest[2] == package_id::none);
  CHECK(latest_available(repo, environment(), repo.find_name("a")) == repo.find("a.1"));
}

TEST_CASE("search ranks the name itself first, then beginnings, insides, tags, synopses") {
  const repository repo =
      load_repository(memory_source{{{"json.1", ""},
                                     {"jsonm.1", ""},
                                     {"yojson.1", "synopsis: \"old\""},
                                     {"yojson.2", "synopsis: \"Fast parser\""},
                                     {"tagged.1", "tags: [\"JSON\" \"x\"]"},
                                     {"said.1", "synopsis: \"Reads Json files\""},
                                     {"other.1", "synopsis: \"nothing\""}}});
  CHECK(found(repo, "json") == strings{"json.1", "jsonm.1", "yojson.2", "tagged.1", "said.1"});
  CHECK(found(repo, "JSON parser") == strings{"yojson.2"});
  CHECK(found(repo, "json", 2) == strings{"json.1", "jsonm.1"});
  CHECK(found(repo, "old").empty());
  CHECK(found(repo, "").empty());
  CHECK(found(repo, "  \t ").empty());
}

TEST_CASE("checking reads every file and places what it finds") {
  const repository repo =
      load_repository(memory_source{{{"a.1", "opam-version: \"2.0\"\nname: \"b\"\n"},
                                     {"a.2", "opam-version: \"2.0\"\nno-such-field: 1\n"},
                                     {"a.3", "opam-version: \"2.0\"\n"}}});
  const auto one = check_files(repo, 1);
  CHECK(one == check_files(repo, 4));
  REQUIRE(one.size() >= 2);
  CHECK(to_string(one[0]).find("a.1") != std::string::npos);
  const auto unknown = [](const repository_diagnostic& d) {
    return d.path == "a.2" && d.line == 2 && d.message.find("no-such-field") != std::string::npos;
  };
  CHECK(std::count_if(one.begin(), one.end(), unknown) == 1);
  CHECK_THROWS_AS((void)check_files(repo, 1, [](const progress_event&) { return false; }),
                  cancelled);
}
