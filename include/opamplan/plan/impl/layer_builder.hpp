/// \file
/// Hash-consing closures into layers.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "opamplan/plan/impl/layer_groups.hpp"
#include "opamplan/plan/layers.hpp"

namespace opamplan::plan_impl {

/// Equal layers are one, whichever solution brings them.
class layer_builder {
 public:
  /// The base and the graph must outlive it.
  layer_builder(const plan_base& base, layer_graph& out)
      : base_(base), base_key_(base_key(base)), out_(out) {}

  /// The groups of a solution, whatever is in the graph already.
  [[nodiscard]] layer_groups read(const solution& s) const {
    return groups_of(s, base_.with_test || base_.with_doc);
  }

  /// See `make_layers`. `groups`: as `read` tells them. What the packages of earlier solutions are
  /// must not have changed.
  void add(const solution& s, const layer_groups& groups, std::span<const plan_package_id> index_of,
           std::span<const plan_package> packages) {
    layer_of_.clear();
    for (std::uint32_t group = 0; group < groups.size(); ++group) {
      row_.clear();
      for (const std::uint32_t g : groups.needs[group]) row_.push_back(layer_of_[g]);
      if (!std::is_sorted(row_.begin(), row_.end())) std::sort(row_.begin(), row_.end());
      members_.clear();
      for (const package_id p : groups.packages[group]) members_.push_back(index_of[p]);

      const bool for_target = groups.for_target(group);
      key_.assign(reinterpret_cast<const char*>(row_.data()), row_.size() * sizeof row_[0]);
      key_.push_back(for_target ? '1' : '0');
      key_.append(reinterpret_cast<const char*>(members_.data()),
                  members_.size() * sizeof members_[0]);
      const auto [it, added] = known_.try_emplace(key_, out_.layers.next());
      if (added) append(for_target, packages);
      layer_of_.push_back(it->second);
    }
    out_.targets.push_back({index_of[s.target], layer_of_[groups.target]});
  }

 private:
  void append(bool is_target, std::span<const plan_package> packages) {
    // A need is implied if a later one's closure holds it: ids are topological.
    mark_.resize(out_.layers.size(), 0);
    ++stamp_;
    plan_layer layer;
    closure_.clear();
    const auto take = [&](layer_id l) {
      if (mark_[l] == stamp_) return false;
      mark_[l] = stamp_;
      closure_.push_back(l);
      return true;
    };
    for (auto d = row_.rbegin(); d != row_.rend(); ++d) {
      if (!take(*d)) continue;
      layer.needs.push_back(*d);
      for (const layer_id more : out_.closures[*d]) take(more);
    }
    std::reverse(layer.needs.begin(), layer.needs.end());
    std::sort(closure_.begin(), closure_.end());
    out_.closures.add_row(closure_);

    need_keys_.clear();
    for (const layer_id d : layer.needs) need_keys_.push_back(out_.layers[d].key);
    layer.packages = members_;
    layer.for_target = is_target;
    layer.key = layer_key(base_key_, packages, members_, is_target && base_.with_test,
                          is_target && base_.with_doc, need_keys_);
    out_.layers.push_back(std::move(layer));
  }

  const plan_base& base_;
  digest base_key_;
  layer_graph& out_;
  std::unordered_map<std::string, layer_id> known_;
  std::vector<layer_id> layer_of_;  // by group of the closure at hand
  // Of the layer at hand.
  std::vector<layer_id> row_;
  std::vector<plan_package_id> members_;
  std::vector<layer_id> closure_;
  std::vector<digest> need_keys_;
  std::string key_;
  std::vector<std::uint32_t> mark_;
  std::uint32_t stamp_ = 0;
};

}  // namespace opamplan::plan_impl
