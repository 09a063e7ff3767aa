#include "opamplan/repository/version_sets.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <opamplan/repository/load.hpp>
#include <random>
#include <string>

using namespace opamplan;

namespace {

repository with_versions(std::initializer_list<const char*> versions) {
  memory_source from;
  from.files.push_back({"a.1/opam", ""});
  for (const char* v : versions) from.files.push_back({std::string("m.") + v + "/opam", ""});
  from.files.push_back({"z.1/opam", ""});
  return load_repository(from);
}

class random_constraints {
 public:
  explicit random_constraints(std::uint32_t seed) : random_(seed) {}

  version_formula next(std::uint32_t depth = 0) {
    if (below(depth + 2) != 0) {
      static constexpr const char* versions[] = {"0", "1.0", "1.00", "1.5~beta", "2", "2-1", "9"};
      return version_formula::of({static_cast<relop>(below(6)), versions[below(7)]});
    }
    version_formula f;
    f.kind = below(2) == 0 ? formula_kind::conjunction : formula_kind::disjunction;
    for (std::uint32_t i = 0; i < 2 + below(2); ++i) f.args.push_back(next(depth + 1));
    return f;
  }

 private:
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(random_() % n); }
  std::mt19937 random_;
};

}  // namespace

TEST_CASE(
    "a constraint means the versions that satisfy it, as ranges that ascend and never touch") {
  const repository repo =
      with_versions({"0.9", "1.0", "1.00", "1.000", "1.5~beta", "1.5", "2", "2-1", "3"});
  const package_range all = repo.versions(repo.find_name("m"));
  random_constraints random(1);
  std::size_t several = 0;
  for (int i = 0; i < 3000; ++i) {
    const version_formula f = random.next();
    CAPTURE(to_string(f));
    const version_set set = find_versions(repo, package_atom{"m", f});
    CHECK(set.name == repo.find_name("m"));
    for (const package_id p : all) {
      const bool held = std::any_of(set.ranges.begin(), set.ranges.end(),
                                    [&](package_range r) { return r.first <= p && p < r.last; });
      CHECK(held == satisfies(f, repo.version_string(p)));
    }
    for (std::size_t k = 0; k < set.ranges.size(); ++k) {
      CHECK_FALSE(set.ranges[k].empty());
      CHECK((k == 0 || set.ranges[k - 1].last < set.ranges[k].first));
    }
    several += set.ranges.size() > 1 ? 1 : 0;
  }
  CHECK(several > 100);
}

TEST_CASE("without a constraint all versions are meant, and of an unknown name none") {
  const repository repo = with_versions({"1", "2"});
  const version_set any = find_versions(repo, package_atom{"m", {}});
  REQUIRE(any.ranges.size() == 1);
  CHECK(any.ranges[0] == repo.versions(repo.find_name("m")));
  CHECK(find_versions(repo, package_atom{"unknown", {}}) == version_set{});
}

TEST_CASE("a formula keeps its shape") {
  const repository repo = with_versions({"1", "2"});
  package_formula f;
  f.kind = formula_kind::disjunction;
  f.parentheses = 1;
  f.args = {package_formula::of({"a", {}}), package_formula::of({"unknown", {}})};
  const formula<version_set> found = find_versions(repo, f);
  CHECK(found.is_disjunction());
  CHECK(found.parentheses == 1);
  REQUIRE(found.args.size() == 2);
  CHECK(found.args[0].atom.ranges.size() == 1);
  CHECK(found.args[1].atom.name == name_id::none);
}
