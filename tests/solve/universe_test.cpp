#include "opamplan/solve/universe.hpp"

#include <doctest/doctest.h>

#include "opamplan/base/error.hpp"
#include "solve/small.hpp"

using namespace opamplan;
using namespace opamplan::test;

TEST_CASE("availability says why a version is no candidate") {
  const universe u = small_universe({{"a.1"},
                                     {"a.2", "available: os = \"win32\""},
                                     {"a.3", "available: nobody-knows-this"},
                                     {"b.1", "flags: avoid-version"},
                                     {"b.2", "available: false"}});
  CHECK(u.availability(id_of(u, "a.1")) == availability::available);
  CHECK(u.availability(id_of(u, "a.2")) == availability::filtered);
  CHECK(u.availability(id_of(u, "a.3")) == availability::undefined);
  CHECK(u.availability(id_of(u, "b.1")) == availability::avoided);
  CHECK(u.is_candidate(id_of(u, "a.1")));
  CHECK_FALSE(u.is_candidate(id_of(u, "a.2")));
  CHECK_FALSE(u.is_candidate(id_of(u, "b.1")));
}

TEST_CASE("the latest version is the newest available, avoid-version ones included") {
  const universe u = small_universe({{"a.1"},
                                     {"a.2", "flags: avoid-version"},
                                     {"a.3", "available: false"},
                                     {"b.1", "available: false"},
                                     {"c.1", "flags: avoid-version"}});
  CHECK(text_of(u, u.latest()) == "a.2 c.1");
  CHECK(u.latest(u.repository().find_name("b")) == no_package);
  CHECK(text_of(u, u.available_packages()) == "a.1 a.2 c.1");
}

TEST_CASE("equal demands are one choice, whoever makes them and however they are written") {
  const universe u = small_universe({{"a.1", R"(depends: ["x" {>= "2"}])"},
                                     {"b.1", R"(depends: ["x" {> "1"}])"},
                                     {"c.1", R"(depends: ["x" {!= "1"}])"},
                                     {"d.1", R"(depends: ["x"])"},
                                     {"x.1"},
                                     {"x.2"},
                                     {"x.3"}});
  const universe_tables& t = u.tables();
  const auto need = [&](const char* name) {
    return t.required[to_index(t.package_candidates[to_index(id_of(u, name))])][0];
  };
  CHECK(need("a.1") == need("b.1"));
  CHECK(need("a.1") == need("c.1"));
  CHECK(need("a.1") != need("d.1"));
  CHECK(need("d.1") == t.any_version[to_index(u.repository().find_name("x"))]);
  CHECK(t.choices[to_index(need("a.1"))].member_count == 2);
}

TEST_CASE("candidates are newest first, avoid-version ones last; oldest first when asked") {
  const std::vector<small_file> files = {
      {"a.1"}, {"a.2", "flags: avoid-version"}, {"a.3"}, {"a.4", "flags: avoid-version"}, {"a.10"}};
  const auto order = [&](bool oldest) {
    universe_options options;
    options.prefer_oldest = oldest;
    const universe u = small_universe(files, options);
    return text_of(u, u.tables().candidate_packages);
  };
  CHECK(order(false) == "a.10 a.3 a.1 a.4 a.2");
  CHECK(order(true) == "a.1 a.3 a.10 a.2 a.4");
}

TEST_CASE("the environment decides filters, and the version dev has its own") {
  const std::vector<small_file> files = {
      {"a.1", R"(depends: ["x" {os = "linux"} "y" {os = "macos"} "z" {dev}])"},
      {"a.dev", R"(depends: ["z" {dev}])"},
      {"x.1"},
      {"y.1"},
      {"z.1"}};
  const universe u = small_universe(files);
  const universe_tables& t = u.tables();
  const auto needs = [&](const char* name) {
    return t.required[to_index(t.package_candidates[to_index(id_of(u, name))])].size();
  };
  CHECK(needs("a.1") == 1);
  CHECK(needs("a.dev") == 1);
}

TEST_CASE("a universe is the same whatever the number of threads") {
  const auto files = small_generator(3, {120, 3, 3, 0.2, 0.3, 0.1, 0.1, 0.1, 0.03, 0.3}).files();
  const auto with = [&](unsigned threads) {
    universe_options options;
    options.threads = threads;
    return small_universe(files, options);
  };
  const universe one = with(1);
  const universe five = with(5);
  CHECK(one.tables().choice_words == five.tables().choice_words);
  CHECK(one.tables().required.values == five.tables().required.values);
  CHECK(one.tables().forbidden.values == five.tables().forbidden.values);
  CHECK(one.tables().candidate_packages == five.tables().candidate_packages);
}

TEST_CASE("making a universe can be cancelled") {
  universe_options options;
  options.progress = [](const progress_event&) { return false; };
  CHECK_THROWS_AS(static_cast<void>(small_universe({{"a.1"}}, options)), cancelled);
}

TEST_CASE("an empty repository makes an empty universe") {
  const universe u = make_universe(repository(), small_environment());
  CHECK(u.latest().empty());
  CHECK(u.available_packages().empty());
}
