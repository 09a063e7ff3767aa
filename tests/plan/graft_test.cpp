#include "opamplan/plan/graft.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <set>

#include "opamplan/plan/contents.hpp"
#include "opamplan/plan/summary.hpp"
#include "plan/small_plans.hpp"

using namespace opamplan;
using namespace opamplan::test;

namespace {

std::size_t grafts_of(const plan& p) {
  std::size_t n = 0;
  for (const plan_step& s : p.steps) n += s.grafts.size();
  return n;
}

/// A layer graph of `n` layers, each on some of those before it.
layer_graph random_layers(small_generator& random, std::uint32_t n) {
  layer_graph g;
  for (layer_id l(0); l < n; ++l) {
    plan_layer layer;
    layer.packages = {plan_package_id(l.value())};
    std::set<layer_id> all;
    for (layer_id d(0); d < l; ++d) {
      if (!random.chance(0.4)) continue;
      layer.needs.push_back(d);
      all.insert(d);
      for (const layer_id c : g.closures[d]) all.insert(c);
    }
    g.layers.push_back(std::move(layer));
    g.closures.add_row(std::vector<layer_id>(all.begin(), all.end()));
  }
  return g;
}

std::uint64_t graft_cost(const layer_graph& g, const graft_costs& costs, layer_id layer,
                         layer_id parent) {
  std::uint64_t cost = 0;
  for (const layer_id c : g.closures[layer]) {
    if (c == parent) continue;
    const auto below = parent == layer_id::none ? std::span<const layer_id>() : g.closures[parent];
    if (!std::binary_search(below.begin(), below.end(), c)) cost += costs.sizes[c];
  }
  return cost;
}

/// The least cost of all choices of parents with paths of at most `depth` steps, by trying all.
std::uint64_t cheapest(const layer_graph& g, const graft_costs& costs, std::size_t depth,
                       layer_id layer, std::vector<std::size_t>& depths) {
  if (layer == g.size()) return 0;
  std::uint64_t best = std::numeric_limits<std::uint64_t>::max();
  const auto attempt = [&](layer_id parent) {
    depths[layer] = parent == layer_id::none ? 1 : depths[parent] + 1;
    if (depth != 0 && depths[layer] > depth) return;
    const std::uint64_t rest = cheapest(g, costs, depth, layer_id(layer + 1), depths);
    if (rest == std::numeric_limits<std::uint64_t>::max()) return;
    best = std::min(best, graft_cost(g, costs, layer, parent) + rest);
  };
  attempt(layer_id::none);
  for (const layer_id parent : g.closures[layer]) attempt(parent);
  return best;
}

/// S(L): the system packages of a layer's image.
std::set<std::string> system_set(const layer_graph& g, const graft_costs& costs, layer_id layer) {
  std::set<std::string> all;
  if (layer == layer_id::none) return all;
  all.insert(costs.depexts[layer].begin(), costs.depexts[layer].end());
  for (const layer_id d : g.closures[layer]) {
    all.insert(costs.depexts[d].begin(), costs.depexts[d].end());
  }
  return all;
}

/// What the whole tree costs: grafts, and every run of the package manager. Checks that each layer
/// has exactly its system packages.
std::uint64_t cost_of(const layer_graph& g, const graft_costs& costs, const graft_tree& tree) {
  std::uint64_t cost = 0;
  const auto run = [&](std::size_t packages) {
    if (packages != 0) cost += costs.system_run + packages * costs.depext_size;
  };
  std::vector<std::set<std::string>> images;
  for (const graft_tree::system_step& s : tree.system_steps) {
    std::set<std::string> image =
        s.below == system_step_id::none ? system_set(g, costs, s.layer) : images[s.below];
    if (s.below != system_step_id::none) CHECK(tree.system_steps[s.below].layer == s.layer);
    for (const std::string& d : s.depexts) CHECK(image.insert(d).second);
    run(s.depexts.size());
    images.push_back(std::move(image));
  }
  for (const layer_id l : g.layers.indices()) {
    const auto [layer, system] = tree.origins[l];
    cost += graft_cost(g, costs, l, layer);
    const std::set<std::string> wanted = system_set(g, costs, l);
    const auto there =
        system == system_step_id::none ? system_set(g, costs, layer) : images[system];
    if (system != system_step_id::none) CHECK(tree.system_steps[system].layer == layer);
    CHECK(std::includes(wanted.begin(), wanted.end(), there.begin(), there.end()));
    run(wanted.size() - there.size());
  }
  return cost;
}

graft_costs random_costs(const layer_graph& g, small_generator& random) {
  graft_costs costs;
  for (std::size_t l = 0; l < g.size(); ++l) {
    costs.sizes.push_back(1 + random.below(9));
    costs.depexts.emplace_back();
    for (const char* name : {"liba", "libb", "libc"}) {
      if (random.chance(0.25)) costs.depexts.back().emplace_back(name);
    }
  }
  costs.system_run = random.below(20);
  costs.depext_size = random.below(6);
  return costs;
}

}  // namespace

TEST_CASE("parents leave the least to graft: as brute force finds it") {
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    small_generator random(seed, {});
    const layer_graph g = random_layers(random, 7);
    graft_costs costs;
    for (std::size_t l = 0; l < g.size(); ++l) {
      costs.sizes.push_back(seed % 2 == 0 ? 1 : 1 + random.below(9));
      costs.depexts.emplace_back();
    }
    for (const std::size_t depth : {0, 2, 3}) {
      const auto origins = choose_parents(g, costs, depth).origins;
      std::vector<std::size_t> depths(g.size());
      std::uint64_t cost = 0;
      for (const layer_id l : g.layers.indices()) {
        if (origins[l].layer != layer_id::none) {
          REQUIRE(std::binary_search(g.closures[l].begin(), g.closures[l].end(), origins[l].layer));
        }
        depths[l] = origins[l].layer == layer_id::none ? 1 : depths[origins[l].layer] + 1;
        cost += graft_cost(g, costs, l, origins[l].layer);
      }
      const std::size_t deepest = *std::max_element(depths.begin(), depths.end());
      const std::uint64_t best = cheapest(g, costs, depth, layer_id(0), depths);
      CAPTURE(seed);
      CAPTURE(depth);
      if (depth == 0) {
        CHECK(cost == best);
      } else {
        CHECK(deepest <= depth);
        CHECK(cost >= best);
        CHECK(cost <= 2 * best);  // no promise, but what is seen: at most 5 to 3
      }
    }
  }
}

TEST_CASE("sizes decide what is grafted") {
  // top needs big and small, which share nothing: the image of the big one is taken as parent.
  const auto s =
      solve_files({{"big.1", ""}, {"small.1", ""}, {"top.1", R"(depends: ["big" "small"])"}});
  for (const char* const heavy : {"big", "small"}) {
    plan_options options = with(strategy::graft);
    options.size_of = [&](package_id id) -> std::uint64_t {
      return s.in.repository().name_string(id) == heavy ? 1000 : 10;
    };
    const plan p = make_plan(s.in, s.solutions, options);
    const plan_step& top = p.steps[p.targets[2].step];
    CHECK(first_package(p, top.parent).name == heavy);
    CHECK(grafts_of(p) == 1);
  }
}

TEST_CASE("system steps cost no more than to do without them, and often less") {
  std::size_t cheaper = 0;
  std::size_t made = 0;
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    small_generator random(seed, {});
    const layer_graph g = random_layers(random, 5 + random.below(15));
    const graft_costs costs = random_costs(g, random);
    graft_tree without;
    for (const layer_id l : g.layers.indices()) {
      std::uint64_t best = std::numeric_limits<std::uint64_t>::max();
      graft_tree::origin taken;
      const std::size_t wanted = system_set(g, costs, l).size();
      const auto attempt = [&](layer_id parent) {
        const std::size_t missing = wanted - system_set(g, costs, parent).size();
        const std::uint64_t run = missing == 0 ? 0 : costs.system_run + missing * costs.depext_size;
        const std::uint64_t cost = graft_cost(g, costs, l, parent) + run;
        if (cost < best) {
          best = cost;
          taken = {parent, system_step_id::none};
        }
      };
      attempt(layer_id::none);
      for (const layer_id parent : g.closures[l]) attempt(parent);
      without.origins.push_back(taken);
    }
    CAPTURE(seed);
    const graft_tree tree = choose_parents(g, costs, 0);
    const std::uint64_t cost = cost_of(g, costs, tree);
    const std::uint64_t before = cost_of(g, costs, without);
    CHECK(cost <= before);
    std::vector<std::size_t> users(tree.system_steps.size());
    for (const graft_tree::origin& o : tree.origins) {
      if (o.system != system_step_id::none) ++users[o.system];
    }
    for (const graft_tree::system_step& each : tree.system_steps) {
      if (each.below != system_step_id::none) ++users[each.below];
    }
    for (const std::size_t count : users) CHECK(count > 1);
    cheaper += cost < before ? 1 : 0;
    made += tree.system_steps.size();
  }
  CHECK(cheaper > 30);
  CHECK(made > 40);
}

TEST_CASE("a bound on depth counts system steps") {
  for (std::uint32_t seed = 1; seed <= 100; ++seed) {
    small_generator random(seed, {});
    const layer_graph g = random_layers(random, 12);
    const graft_costs costs = random_costs(g, random);
    for (const std::size_t limit : {1, 2, 3, 4}) {
      const graft_tree tree = choose_parents(g, costs, limit);
      cost_of(g, costs, tree);  // checks what images hold
      std::vector<std::size_t> depth(g.size());
      for (const layer_id l : g.layers.indices()) {
        const auto [layer, system] = tree.origins[l];
        depth[l] = 1 + (layer == layer_id::none ? 0 : depth[layer]);
        for (system_step_id s = system; s != system_step_id::none; s = tree.system_steps[s].below) {
          ++depth[l];
        }
        CHECK(depth[l] <= limit);
      }
    }
  }
}

TEST_CASE("many who need the same system packages stand on one system step") {
  const solved s = solve_files(users_of_one_library(8));
  const plan p = make_plan(s.in, s.solutions, with(strategy::graft));
  CHECK(problems_of(p).empty());
  CHECK(summarize(p).system_steps == 2);  // of conf-x, and on the compiler
  CHECK(summarize(p).install_steps == 10);
  REQUIRE(p.steps.size() == 11);
  const auto system = std::find_if(p.steps.begin(), p.steps.end(),
                                   [](const plan_step& each) { return each.installs.empty(); });
  REQUIRE(system != p.steps.end());
  const step_id index(system - p.steps.begin());
  CHECK(first_package(p, system->parent).name == "compiler");
  CHECK(system->depexts == std::vector<std::string>{"libx-dev", "x-tools"});
  CHECK(system->grafts.empty());
  for (const plan_target& t : p.targets) {
    const plan_step& step = p.steps[t.step];
    if (p.packages[t.package].name.substr(0, 3) != "use") continue;
    CHECK(step.parent == index);
    CHECK(step.depexts.empty());
    CHECK(ensured_depexts(p, step) == system->depexts);
    CHECK(step.grafts.size() == 1);  // conf-x
  }
}

TEST_CASE("one who needs system packages installs them itself") {
  const solved s = solve_files(users_of_one_library(1));
  const plan p = make_plan(s.in, s.solutions, with(strategy::graft));
  CHECK(p.steps.size() == 3);
  CHECK(summarize(p).system_steps == 2);
}

TEST_CASE("a plan that is made like another one builds what both have as that one does") {
  const auto standing_on = [](const plan& p, std::string_view name) {
    for (const plan_step& step : p.steps) {
      if (step.installs.empty()) continue;
      const plan_package& package = p.packages[p.layers[step.installs[0]].packages[0]];
      if (package.name == name) return std::pair(step.parent, step.depexts);
    }
    return std::pair(step_id::none, std::vector<std::string>());
  };
  // Alone it installs system packages for itself; among others it stands on a system step.
  const solved one = solve_files(users_of_one_library(1));
  const plan first = make_plan(one.in, one.solutions, with(strategy::graft));
  const solved many = solve_files(users_of_one_library(8));
  plan_options options = with(strategy::graft);
  const plan alone = make_plan(many.in, many.solutions, options);
  options.like = {&first};
  const plan like = make_plan(many.in, many.solutions, options);
  CHECK(problems_of(like).empty());
  CHECK(standing_on(alone, "use0").second.empty());
  CHECK(standing_on(like, "use0").second == standing_on(first, "use0").second);
  CHECK(first_package(like, standing_on(like, "use0").first).name == "compiler");
  CHECK(like.steps[standing_on(like, "use1").first].installs.empty());
  CHECK(like.steps.size() == alone.steps.size());
  // The other way round the one stands on a system step that only it uses.
  options.like = {&alone};
  const plan fewer = make_plan(one.in, one.solutions, options);
  CHECK(problems_of(fewer).empty());
  CHECK(fewer.steps[standing_on(fewer, "use0").first].installs.empty());

  SUBCASE("a path that would be too deep is not taken over") {
    options.limits = depth_limit(2);
    const plan shallow = make_plan(one.in, one.solutions, options);
    CHECK(problems_of(shallow).empty());
    for (const plan_step& step : shallow.steps) CHECK(step.depth <= 2);
  }
  SUBCASE("an edited plan whose images hold too much is none to be like") {
    plan edited = alone;
    for (plan_step& step : edited.steps) {
      if (step.installs.empty()) step.depexts.emplace_back("zzz-not-needed");
    }
    options.like = {&edited};
    const plan p = make_plan(one.in, one.solutions, options);
    CHECK(problems_of(p).empty());
    CHECK(p == first);
  }
}

TEST_CASE("costs that are given decide about system steps") {
  const solved s = solve_files(users_of_one_library(8));
  plan_options options = with(strategy::graft);
  options.system_run_size = 0;
  options.depext_size = 0;
  CHECK(make_plan(s.in, s.solutions, options).steps.size() == 10);  // runs cost nothing
  options.depext_size = max_package_size + 1;
  CHECK_THROWS_AS(static_cast<void>(make_plan(s.in, s.solutions, options)), invalid_request);
}
