/// \file
/// How many bytes of a cache are not layers' contents: BuildKit imports none with more than 1 MiB.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "opamplan/base/index.hpp"
#include "opamplan/plan/merge.hpp"
#include "opamplan/plan/plan.hpp"

namespace opamplan::plan_impl {

/// Reckons what BuildKit writes of the steps of a batch when it exports a cache: upper bounds of
/// its two files, of which each must be small enough.
///
/// The record (BuildKit's cache/remotecache/v1: `CacheConfig`) is JSON, two lists that name each
/// other by index. A step is
///   a layer:   {"blob":"sha256:..","parent":N},
///   a record:  {"layers":[{"layer":N,"createdAt":".."}],"digest":"sha256:..","inputs":[..]},
///   with an input for its root, one for the context, and one for each graft:
///              [{"selector":"sha256:..","link":N},{"link":N}],
///   and a record for the content of what it mounts, {"digest":"sha256:.."}, once a source.
/// The step that collects results has an input more for each, with a content of its own. The other
/// file, the manifest, describes each layer.
///
/// A step that is merged has two outputs, each with a layer and a record. Its merge is a record
/// too (whatever its metadata say, in BuildKit 0.32), with a layer for each way to begin it: merges
/// share the layers that they begin with.
class cache_record {
 public:
  explicit cache_record(const plan& p) : plan_(p), merged_(p.steps.size(), false) {
    if (p.strategy != strategy::merge) return;
    merged_ = ordinary_steps(p);
    merged_.flip();
    number_merges();
  }

  /// Begin with nothing.
  void clear() noexcept {
    ++batch_;
    record_ = 0;
    layers_ = 0;
  }

  void add(step_id s) {
    const plan_step& step = plan_.steps[s];
    const std::size_t outputs = merged_[s] ? 2 : 1;
    std::size_t layers = outputs;
    std::size_t mounts = step.grafts.size();
    record_ += outputs * (record + root + input) + content;  // of its script and opam files
    record_ += input + content;                              // its results
    if (is_graft_) record_ += content;                       // its own files, for who takes them
    if (merged_[s]) {
      record_ += record + root + input + content;  // of its merge; its own files, if kept
      for (node_id node = ends_[s]; node != node_id::none; node = before_[node]) {
        record_ += root;
        --mounts;
        if (seen_[node] == batch_) continue;
        seen_[node] = batch_;
        ++layers;
      }
    }
    record_ += layers * layer + outputs * mounts * input;
    layers_ += layers;
  }

  /// Of the larger file.
  [[nodiscard]] std::size_t bytes() const noexcept {
    return std::max(record_, described * layers_);
  }

 private:
  static constexpr std::size_t layer = 98;
  static constexpr std::size_t record = 169;
  static constexpr std::size_t content = 85;
  static constexpr std::size_t input = 117;
  static constexpr std::size_t root = 31;
  static constexpr std::size_t described = 330;  // a layer, in the manifest

  /// A merge that others may go on from.
  using node_id = index<struct merge_node>;

  /// Merges as paths of a tree: each node is the merge before it, and one graft more.
  void number_merges() {
    // By what it begins with, the node before it and what it adds.
    std::map<std::tuple<step_id, node_id, step_id>, node_id> nodes;
    ends_.assign(plan_.steps.size(), node_id::none);
    for (const step_id s : plan_.steps.indices()) {
      if (!merged_[s]) continue;
      const plan_step& step = plan_.steps[s];
      std::size_t room = merge_room(plan_, step);
      node_id at;
      for (const step_id g : step.grafts) {
        if (!merged_[g] || room == 0) continue;
        --room;
        const auto [found, fresh] = nodes.try_emplace({step.parent, at, g}, before_.next());
        if (fresh) before_.push_back(at);
        at = found->second;
      }
      ends_[s] = at;
    }
    seen_.assign(before_.size(), 0);
  }

  const plan& plan_;
  std::vector<bool> merged_;  // by step
  bool is_graft_ = plan_.strategy == strategy::graft || plan_.strategy == strategy::merge;
  index_vector<step_id, node_id> ends_;        // its merge's last node
  index_vector<node_id, node_id> before_;      // the one before it
  index_vector<node_id, std::uint32_t> seen_;  // the last batch
  std::uint32_t batch_ = 1;
  std::size_t record_ = 0;
  std::size_t layers_ = 0;
};

}  // namespace opamplan::plan_impl
