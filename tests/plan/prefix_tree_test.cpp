#include "opamplan/plan/prefix_tree.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <iterator>
#include <numeric>
#include <set>

#include "opamplan/plan/impl/set_clusterer.hpp"
#include "solve/small.hpp"

using namespace opamplan;
using namespace opamplan::test;

namespace {

adjacency rows(const std::vector<std::set<std::uint32_t>>& sets) {
  adjacency a;
  for (const auto& s : sets) a.add_row(std::vector<std::uint32_t>(s.begin(), s.end()));
  return a;
}

std::vector<std::set<std::uint32_t>> random_sets(std::uint32_t seed, std::uint32_t count,
                                                 std::uint32_t items, std::uint32_t most) {
  small_generator random(seed, {});
  std::vector<std::set<std::uint32_t>> sets(count);
  for (auto& s : sets) {
    const std::uint32_t size = 1 + random.below(most);
    while (s.size() < size) s.insert(random.below(items));
  }
  return sets;
}

void check_paths(const std::vector<std::set<std::uint32_t>>& sets, const prefix_tree& tree) {
  REQUIRE(tree.ends.size() == sets.size());
  for (std::size_t i = 0; i < sets.size(); ++i) {
    std::set<std::uint32_t> held;
    std::size_t count = 0;
    for (auto v = tree.ends[i]; v != prefix_tree::node_id::none; v = tree.nodes[v].parent) {
      held.insert(tree.nodes[v].items.begin(), tree.nodes[v].items.end());
      count += tree.nodes[v].items.size();
      CHECK(!tree.nodes[v].items.empty());
    }
    CHECK(held == sets[i]);
    CHECK(count == sets[i].size());
  }
}

std::set<std::uint32_t> common(const std::set<std::uint32_t>& a, const std::set<std::uint32_t>& b) {
  std::set<std::uint32_t> both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::inserter(both, both.end()));
  return both;
}

/// The nodes of the smallest trie over all orders of all sets, by trying them all.
std::size_t smallest_trie(const std::vector<std::set<std::uint32_t>>& sets, std::size_t at,
                          std::set<std::vector<std::uint32_t>>& prefixes) {
  if (at == sets.size()) return prefixes.size();
  std::vector<std::uint32_t> order(sets[at].begin(), sets[at].end());
  std::size_t best = SIZE_MAX;
  do {
    std::vector<std::vector<std::uint32_t>> added;
    for (std::size_t n = 1; n <= order.size(); ++n) {
      std::vector<std::uint32_t> prefix(order.begin(), order.begin() + static_cast<long>(n));
      if (prefixes.insert(prefix).second) added.push_back(std::move(prefix));
    }
    best = std::min(best, smallest_trie(sets, at + 1, prefixes));
    for (const auto& prefix : added) prefixes.erase(prefix);
  } while (std::next_permutation(order.begin(), order.end()));
  return best;
}

}  // namespace

TEST_CASE("few sets: the tree is the smallest of all orders") {
  for (std::uint32_t seed = 1; seed <= 25; ++seed) {
    const auto sets = random_sets(seed, 4, 5, 3);
    const prefix_tree tree = share_prefixes(rows(sets));
    check_paths(sets, tree);
    std::set<std::vector<std::uint32_t>> prefixes;
    CAPTURE(seed);
    CHECK(tree.size() == smallest_trie(sets, 0, prefixes));
  }
}

TEST_CASE("many sets: paths are right, and shorter than one global order by frequency") {
  std::size_t mine = 0;
  std::size_t global = 0;
  for (std::uint32_t seed = 1; seed <= 30; ++seed) {
    const auto sets = random_sets(seed, 40, 25, 12);
    const prefix_tree tree = share_prefixes(rows(sets));
    check_paths(sets, tree);
    mine += tree.size();
    std::vector<std::size_t> frequency(25, 0);
    for (const auto& s : sets) {
      for (const std::uint32_t item : s) ++frequency[item];
    }
    std::set<std::vector<std::uint32_t>> prefixes;
    for (const auto& s : sets) {
      std::vector<std::uint32_t> order(s.begin(), s.end());
      std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return frequency[a] > frequency[b];
      });
      for (std::size_t n = 1; n <= order.size(); ++n) {
        prefixes.insert({order.begin(), order.begin() + static_cast<long>(n)});
      }
    }
    global += prefixes.size();
  }
  CHECK(mine < global);
}

TEST_CASE("of many sets those are merged that have most in common of all") {
  for (std::uint32_t seed = 1; seed <= 12; ++seed) {
    // Of 20 items all are frequent, of 300 most are rare; half of the sets hold three more.
    auto sets = random_sets(seed, 70, seed % 2 == 0 ? 20 : 300, 12);
    for (std::size_t i = 0; i < sets.size(); i += 2) sets[i].insert({300, 301, 302});
    std::vector<std::set<std::uint32_t>> nodes = sets;
    std::vector<std::size_t> alive(sets.size());
    std::iota(alive.begin(), alive.end(), 0);
    for (const auto& [left, right] : plan_impl::set_clusterer(rows(sets)).run().merges) {
      std::size_t most = 0;
      for (const std::size_t a : alive) {
        for (const std::size_t b : alive) {
          if (a < b) most = std::max(most, common(nodes[a], nodes[b]).size());
        }
      }
      CHECK(common(nodes[left], nodes[right]).size() == most);
      nodes.push_back(common(nodes[left], nodes[right]));
      CHECK(std::erase(alive, left) + std::erase(alive, right) == 2);
      alive.push_back(nodes.size() - 1);
    }
    for (const std::size_t a : alive) {  // what is left has nothing in common
      for (const std::size_t b : alive) CHECK((a == b || common(nodes[a], nodes[b]).empty()));
    }
  }
}

TEST_CASE("equal sets share everything, sets inside sets lie on one path") {
  const prefix_tree tree = share_prefixes(rows({{1, 2, 3}, {1, 2, 3}, {2}, {2, 3}, {}}));
  CHECK(tree.size() == 3);
  CHECK(tree.ends[0] == tree.ends[1]);
  CHECK(tree.ends[4] == prefix_tree::node_id::none);
}
