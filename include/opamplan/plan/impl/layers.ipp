/// \file
/// Keys of layers, and the layers of many solutions.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/base/workers.hpp"
#include "opamplan/plan/impl/layer_builder.hpp"
#include "opamplan/plan/layers.hpp"

namespace opamplan {
namespace plan_impl {

/// Solutions in parts that are worth a round of threads, and small enough to be held twice.
class layer_rounds {
 public:
  explicit layer_rounds(std::span<const solution* const> solutions) : left_(solutions) {}

  /// Empty in the end.
  [[nodiscard]] std::span<const solution* const> next() noexcept {
    constexpr std::size_t edges_a_round = 50'000;
    std::size_t count = 0;
    for (std::size_t edges = 0; count < left_.size() && edges < edges_a_round; ++count) {
      edges += left_[count]->packages.size() + left_[count]->dependencies.values.size();
    }
    const std::span<const solution* const> out = left_.first(count);
    left_ = left_.subspan(count);
    return out;
  }

 private:
  std::span<const solution* const> left_;
};

}  // namespace plan_impl

OPAMPLAN_INLINE digest base_key(const plan_base& base) {
  return sha256()
      .add_field("opamplan layer 2")
      .add_field(base.image)
      .add_field(base.opam_version)
      .add_field(base.environment)
      .finish();
}

OPAMPLAN_INLINE digest layer_key(const digest& base, std::span<const plan_package> packages,
                                 std::span<const plan_package_id> members, bool with_test,
                                 bool with_doc, std::span<digest> needs) {
  // By key, not by id: the order of the input must not matter.
  std::sort(needs.begin(), needs.end());
  sha256 hash;
  hash.add(base).add_field(std::to_string(members.size()));
  for (const plan_package_id m : members) {
    const plan_package& package = packages[m];
    hash.add_field(package.name).add_field(package.version).add(package.effective);
    hash.add_field(std::to_string(package.depexts.size()));
    for (const std::string& d : package.depexts) hash.add_field(d);
  }
  hash.add_field(with_test ? with_doc ? "td" : "t" : with_doc ? "d" : "");
  for (const digest& d : needs) hash.add(d);
  return hash.finish();
}

OPAMPLAN_INLINE layer_graph make_layers(std::span<const solution* const> solutions,
                                        std::span<const plan_package_id> index_of,
                                        std::span<const plan_package> packages,
                                        const plan_base& base, unsigned threads,
                                        const progress_callback& progress) {
  layer_graph out;
  plan_impl::layer_builder builder(base, out);
  workers team(threads, "layers", progress);
  team.set_total(solutions.size());
  plan_impl::layer_rounds rounds(solutions);
  std::vector<plan_impl::layer_groups> groups;  // of the round before
  std::vector<plan_impl::layer_groups> next;
  std::span<const solution* const> before;
  do {
    const std::span<const solution* const> now = rounds.next();
    next.resize(now.size());
    std::atomic<std::size_t> at{0};
    // One puts the last round together, in order, while the others read on; then it reads too.
    team.run(
        [&](unsigned worker) {
          for (std::size_t i = 0; worker == 0 && i < before.size(); ++i) {
            builder.add(*before[i], groups[i], index_of, packages);
            team.add_done();
            team.report();
          }
          for (std::size_t i = at++; i < now.size() && !team.stopped(); i = at++) {
            next[i] = builder.read(*now[i]);
          }
        },
        now.size() + 1);
    before = now;
    groups.swap(next);
  } while (!before.empty());
  team.report(true);
  return out;
}

}  // namespace opamplan
