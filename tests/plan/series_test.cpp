#include <doctest/doctest.h>

#include <algorithm>
#include <opamplan/plan/make.hpp>
#include <opamplan/plan/series.hpp>
#include <set>
#include <string>
#include <vector>

#include "solve/small.hpp"

using namespace opamplan;
using namespace opamplan::test;

namespace {

using strings = std::vector<std::string>;

plan whole_plan(const universe& u, const solve_options& asked) {
  std::vector<solution> solutions;
  for (const solve_result& r : solve_all(u, u.latest(), asked).results) {
    if (r.solution) solutions.push_back(*r.solution);
  }
  return make_plan(u, solutions, {});
}

std::vector<digest> keys_of(const plan& p) {
  std::set<digest> keys;
  for (const plan_layer& layer : p.layers) keys.insert(layer.key);
  return {keys.begin(), keys.end()};
}

strings targets_of(const plan& p) {
  strings names;
  for (const plan_target& t : p.targets) names.push_back(p.packages[t.package].full_name());
  return names;
}

/// Those of `a` that are not in `b`; both ascend.
template <class T>
std::vector<T> without(const std::vector<T>& a, const std::vector<T>& b) {
  std::vector<T> out;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  return out;
}

}  // namespace

TEST_CASE("after any edit the layers are those of a plan made from nothing") {
  for (const bool with_test : {false, true}) {
    small_shape shape;
    shape.names = 16;
    shape.most_depends = 2;
    shape.missing = 0.1;
    shape.filtered = with_test ? 0.4 : 0.1;
    universe_options options;
    options.root_dependencies.with_test = with_test;
    solve_options asked;
    asked.roots = {small_atom("root", relop::geq, "1")};
    std::size_t changes = 0;
    std::size_t kept = 0;
    for (std::uint32_t seed = 1; seed <= 25; ++seed) {
      small_generator random(seed, shape);
      std::vector<small_file> files = random.files();
      files.push_back({"root.1"});
      series s(asked);
      std::vector<digest> before;
      strings targets_before;
      for (int edit = 0; edit < 12; ++edit) {
        CAPTURE(seed);
        CAPTURE(edit);
        const universe u = small_universe(files, options);
        const series_change c = s.add(u);
        const plan p = whole_plan(u, asked);
        const std::vector<digest> keys = keys_of(p);
        CHECK(s.layer_keys() == keys);
        CHECK(c.layer_count == keys.size());
        CHECK(c.added_layers.size() == without(keys, before).size());
        CHECK(c.dropped_layers.size() == without(before, keys).size());
        strings rebuilt;
        for (const plan_target& t : p.targets) {
          if (!std::binary_search(before.begin(), before.end(), p.layers[t.layer].key)) {
            rebuilt.push_back(p.packages[t.package].full_name());
          }
        }
        CHECK(c.rebuilt_targets == rebuilt);
        changes += c.added_layers.size();
        kept += c.target_count - c.solved_count;
        before = keys;
        files = random.edited(files);
      }
    }
    CHECK(changes > 300);
    CHECK(kept > 800);
  }
}

TEST_CASE("a series says what each repository loses and gains") {
  series s({});
  std::vector<small_file> files = {
      {"a.1", "depends: \"b\""}, {"b.1"}, {"c.1", "depends: \"d\""}, {"e.1"}};
  series_change c = s.add(small_universe(files));
  CHECK(c.target_count == 4);
  CHECK(c.layer_count == 3);
  CHECK(c.gained == strings{"a.1", "b.1", "e.1"});
  CHECK(c.lost.empty());

  c = s.add(small_universe(files));
  CHECK(c.solved_count == 0);
  CHECK(c.added_layers.empty());

  files.push_back({"b.2"});
  files.push_back({"d.1"});
  c = s.add(small_universe(files));
  CHECK(c.added_layers == strings{"a.1", "b.2", "c.1", "d.1"});
  CHECK(c.dropped_layers == strings{"a.1", "b.1"});
  CHECK(c.rebuilt_targets == strings{"a.1", "b.2", "c.1", "d.1"});
  CHECK(c.gained == strings{"c.1", "d.1"});
  CHECK(c.lost.empty());

  files[1].fields = "available: false";      // b.1, which nobody has
  files[4].fields = "depends: \"missing\"";  // b.2
  files.erase(files.begin() + 3);            // e.1
  c = s.add(small_universe(files));
  CHECK(c.lost == strings{"a.1", "b.2", "e.1"});
  CHECK(c.added_layers.empty());
  CHECK(c.layer_count == 2);
}

TEST_CASE("what no build can tell apart makes no new layer, though it is solved again") {
  series s({});
  static_cast<void>(
      s.add(small_universe({{"a.1", "synopsis: \"one\""}, {"b.1", "depends: \"a\""}})));
  const series_change c =
      s.add(small_universe({{"a.1", "synopsis: \"two\""}, {"b.1", "depends: \"a\""}}));
  CHECK(c.solved_count == 2);
  CHECK(c.added_layers.empty());
  CHECK(c.rebuilt_targets.empty());
}

TEST_CASE("what no plan would hold is no target that can be built") {
  series s({});
  const series_change c = s.add(small_universe({{"a.1", "depends: \"b\""},
                                                {"b.1", "depends: \"a\""},
                                                {"c.1", "depexts: [[\"-x\"] {true}]"},
                                                {"d.1"}}));
  CHECK(c.gained == strings{"d.1"});
  CHECK(targets_of(whole_plan(s.last().in, {})) == strings{"d.1"});
}
