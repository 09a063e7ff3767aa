/// \file
/// Random repositories, from opam files to solutions: overlays, the oldest versions first, tests of
/// the targets, both rules of avoid-version, roots and constraints. Small ones give the preferred
/// answer of brute force; large ones sound answers, the same kept or fresh, on one thread or two.
#include <opamplan/base/error.hpp>
#include <opamplan/solve/check.hpp>
#include <opamplan/solve/explain.hpp>
#include <opamplan/solve/solver.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "random_main.hpp"
#include "solve/brute_force.hpp"
#include "solve/small.hpp"

namespace {

using namespace opamplan;
using namespace opamplan::test;

void require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

class random_request {
 public:
  explicit random_request(std::uint32_t seed) : seed_(seed), random_(seed, {}) {}

  /// One to three sources, of which the first that has a version wins.
  universe make(const small_shape& shape) {
    std::vector<memory_source> sources;
    for (std::uint32_t i = 0; i < 1 + random_.below(3); ++i) {
      memory_source from;
      for (const small_file& f : small_generator(seed_ + i, shape).files()) {
        if (i != 0 && random_.chance(0.5)) continue;
        from.files.push_back({f.full_name + "/opam", "opam-version: \"2.0\"\n" + f.fields + "\n"});
      }
      sources.push_back(std::move(from));
    }
    universe_options options;
    options.prefer_oldest = random_.chance(0.3);
    options.root_dependencies.with_test = random_.chance(0.3);
    options.avoid_version = random_.chance(0.5) ? avoid_rule::opam : avoid_rule::batch;
    options.threads = 1;
    std::vector<source> all(sources.begin(), sources.end());
    return make_universe(load_repository(all), small_environment(), options);
  }

  solve_options options(const universe& u, const small_shape& shape) {
    solve_options out;
    const auto atom = [&] {
      const auto names = u.repository().name_count();
      return small_atom(u.repository().names()[random_.below(static_cast<std::uint32_t>(names))],
                        random_.chance(0.5) ? relop::geq : relop::neq,
                        std::to_string(1 + random_.below(shape.most_versions)));
    };
    if (random_.chance(0.5)) out.roots.push_back(atom());
    if (random_.chance(0.5)) out.constraints.push_back(atom());
    return out;
  }

  small_generator& random() { return random_; }

 private:
  std::uint32_t seed_;
  small_generator random_;
};

void check(const universe& u, const solve_options& options, const solve_result& r, bool explained) {
  if (r.solution) {
    require(broken_rules(u, *r.solution, options_for(u, options, r.target)).empty(),
            "a solution is sound");
  } else if (explained && r.status == solve_status::no_solution && r.target != package_id::none) {
    require(!explain(u, r.target, options).sentences.empty(), "what fails is explained");
  }
}

bool restricts(const solve_options& options, const std::string& name) {
  const auto of_name = [&](const package_atom& a) { return a.name == name; };
  return std::any_of(options.roots.begin(), options.roots.end(), of_name) ||
         std::any_of(options.constraints.begin(), options.constraints.end(), of_name);
}

void small(random_request& make, std::uint32_t names) {
  small_shape shape;
  shape.names = names;
  shape.avoid = 0.2;
  shape.filtered = 0.3;
  shape.conflict = 0.1 * make.random().below(8);
  const universe u = make.make(shape);
  const solve_options options = make.options(u, shape);
  solver kept(u, options);
  const repository& repo = u.repository();
  for (std::uint32_t n = 0; n < repo.name_count(); ++n) {
    const name_id name{n};
    // Versions of one name share what brute force tried, unless the request chooses among them.
    std::optional<brute_force> all;
    for (const package_id p : repo.versions(name)) {
      if (!all || restricts(options, repo.name_string(p))) {
        all.emplace(u, options_for(u, options, p), name);
      }
      const auto expected = all->preferred(p);
      const solve_result got = kept.solve(p);
      require(got.solution.has_value() == expected.has_value(),
              "brute force agrees that there is one");
      require(!expected || got.solution->packages == *expected, "the answer is the preferred one");
      check(u, options, got, make.random().chance(0.1));
    }
  }
}

void large(random_request& make) {
  small_shape shape;
  shape.names = 100 + make.random().below(400);
  shape.most_versions = 1 + make.random().below(6);
  shape.most_depends = 1 + make.random().below(4);
  shape.conflict = 0.01 * make.random().below(30);
  shape.conflict_class = 0.01;
  shape.missing = 0.01;
  shape.filtered = 0.2;
  const universe u = make.make(shape);
  solve_options options = make.options(u, shape);
  options.threads = 1;
  const auto targets = u.latest();
  const auto one = solve_all(u, targets, options).results;
  options.threads = 2;
  const auto two = solve_all(u, targets, options).results;
  for (std::size_t i = 0; i < one.size(); ++i) {
    require(one[i].status == two[i].status && one[i].solution == two[i].solution,
            "threads change nothing");
    if (i % 16 != 0) continue;
    const solve_result alone = solver(u, options).solve(targets[i]);
    require(alone.solution == one[i].solution, "what is kept changes nothing");
    check(u, options, alone, true);
  }
}

}  // namespace

void opamplan::test::try_seed(std::uint64_t seed) {
  // Scattered (Knuth's multiplicative hash), as the sources of one universe have successive seeds.
  random_request make(static_cast<std::uint32_t>(seed) * 2654435761U);
  // A large one takes as long as a thousand small ones.
  if (make.random().below(1000) == 0) {
    large(make);
  } else {
    small(make, 2 + make.random().below(4));
  }
}
