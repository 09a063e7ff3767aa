/// \file
/// Plans of small repositories, by hand and at random.
#pragma once

#include <opamplan/closure/closure.hpp>
#include <opamplan/plan/make.hpp>
#include <string>
#include <utility>
#include <vector>

#include "solve/small.hpp"

namespace opamplan::test {

struct solved {
  universe in;
  std::vector<solution> solutions;
};

/// The solutions of the latest version of every name that has one.
inline solved solve_files(const std::vector<small_file>& files, universe_options options = {}) {
  solved s{small_universe(files, std::move(options)), {}};
  for (solve_result& r : solve_all(s.in, {}).results) {
    if (r.solution) s.solutions.push_back(std::move(*r.solution));
  }
  return s;
}

/// About 20 packages whose closures overlap and differ; without those that no plan can build.
inline solved solve_random(std::uint32_t seed) {
  small_shape shape;
  shape.names = 24;
  shape.most_versions = 2;
  shape.most_depends = 4;
  shape.conflict = 0.1;
  shape.missing = 0.01;
  solved s = solve_files(small_generator(seed, shape).files());
  std::erase_if(s.solutions, [](const solution& each) { return !build_cycle(each).empty(); });
  return s;
}

inline plan_options with(strategy s, limits l = limit_profile("none")) {
  plan_options o;
  o.strategy = s;
  o.limits = std::move(l);
  return o;
}

inline limits depth_limit(std::size_t depth) {
  limits l = limit_profile("none");
  l.depth = depth;
  return l;
}

/// "a.1 b.2" of indices into the plan's packages.
inline std::string text_of(const plan& p, const std::vector<plan_package_id>& packages) {
  std::string out;
  for (const plan_package_id i : packages) {
    if (!out.empty()) out += ' ';
    out += p.packages[i].full_name();
  }
  return out;
}

/// The package that names what a step installs first.
inline const plan_package& first_package(const plan& p, step_id step) {
  return p.packages[p.layers[p.steps[step].installs[0]].packages[0]];
}

/// A diamond with a tail, two targets that share, and one that stands alone.
inline std::vector<small_file> diamond() {
  return {{"base.1", ""},
          {"left.1", R"(depends: ["base"])"},
          {"right.1", R"(depends: ["base"] depexts: ["libright-dev"] {os-family = "debian"})"},
          {"top.1", R"(depends: ["left" "right"])"},
          {"alone.1", ""}};
}

/// A compiler; `users` packages that need it and the same two system packages.
inline std::vector<small_file> users_of_one_library(int users) {
  std::vector<small_file> files = {
      {"compiler.1", "flags: compiler"},
      {"conf-x.1", R"(depexts: ["libx-dev" "x-tools"] {os-family = "debian"})"}};
  for (int i = 0; i < users; ++i) {
    files.push_back({"use" + std::to_string(i) + ".1", R"(depends: ["compiler" "conf-x"])"});
  }
  return files;
}

}  // namespace opamplan::test
