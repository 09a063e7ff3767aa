/// \file
/// Hash-consing closures into layers, and their keys.
#pragma once

#include <algorithm>
#include <string>
#include <unordered_map>

#include "opamplan/config.hpp"
#include "opamplan/plan/layers.hpp"

namespace opamplan {

OPAMPLAN_INLINE digest base_key(const plan_base& base) {
  return sha256()
      .add_field("opamplan layer 1")
      .add_field(base.image)
      .add_field(base.opam_version)
      .add_field(base.environment)
      .finish();
}

OPAMPLAN_INLINE digest layer_key(const digest& base, const plan_package& package, bool with_test,
                                 bool with_doc, std::span<digest> dependencies) {
  // By key, not by id: the order of the input must not matter.
  std::sort(dependencies.begin(), dependencies.end());
  sha256 hash;
  hash.add(base).add_field(package.name).add_field(package.version).add(package.effective);
  hash.add_field(std::to_string(package.depexts.size()));
  for (const std::string& d : package.depexts) hash.add_field(d);
  hash.add_field(with_test ? with_doc ? "td" : "t" : with_doc ? "d" : "");
  for (const digest& d : dependencies) hash.add(d);
  return hash.finish();
}

namespace layers_detail {

class builder {
 public:
  builder(std::span<const std::uint32_t> index_of, std::span<const plan_package> packages,
          const plan_base& base, layer_graph& out)
      : index_of_(index_of),
        packages_(packages),
        switches_(base.with_test || base.with_doc),
        base_(base),
        base_key_(base_key(base)),
        out_(out) {
    out_.dependencies.offsets.push_back(0);
    out_.closures.offsets.push_back(0);
  }

  void add(const solution& s) {
    layer_of_.assign(s.packages.size(), unseen);
    const auto target = static_cast<std::uint32_t>(
        std::lower_bound(s.packages.begin(), s.packages.end(), s.target) - s.packages.begin());
    const std::uint32_t layer = visit(s, target);
    out_.targets.push_back({out_.packages[layer], layer});
  }

 private:
  static constexpr std::uint32_t unseen = 0xffffffffU;
  static constexpr std::uint32_t open = 0xfffffffeU;

  // Depth-first with its own stack: closures may be deep.
  std::uint32_t visit(const solution& s, std::uint32_t root) {
    stack_.clear();
    stack_.push_back({root, 0});
    layer_of_[root] = open;
    while (true) {
      auto& [position, next] = stack_.back();
      const auto row = s.dependencies[position];
      while (next < row.size() && layer_of_[row[next]] != unseen) ++next;
      if (next < row.size()) {
        const std::uint32_t child = row[next++];
        layer_of_[child] = open;
        stack_.push_back({child, 0});
        continue;
      }
      const bool is_target = position == root && switches_;
      layer_of_[position] = intern(s, position, is_target);
      if (stack_.size() == 1) return layer_of_[root];
      stack_.pop_back();
    }
  }

  std::uint32_t intern(const solution& s, std::uint32_t position, bool is_target) {
    const std::uint32_t package = index_of_[to_index(s.packages[position])];
    row_.clear();
    for (const std::uint32_t d : s.dependencies[position]) {
      if (layer_of_[d] != open) row_.push_back(layer_of_[d]);
    }
    std::sort(row_.begin(), row_.end());
    row_.erase(std::unique(row_.begin(), row_.end()), row_.end());
    key_.assign(reinterpret_cast<const char*>(row_.data()), row_.size() * sizeof row_[0]);
    key_.append(reinterpret_cast<const char*>(&package), sizeof package);
    key_.push_back(is_target ? '1' : '0');
    const auto fresh = static_cast<std::uint32_t>(out_.packages.size());
    const auto [it, added] = known_.try_emplace(key_, fresh);
    if (added) append(package, is_target);
    return it->second;
  }

  void append(std::uint32_t package, bool is_target) {
    out_.packages.push_back(package);
    out_.for_target.push_back(is_target ? 1 : 0);
    auto& direct = out_.dependencies;
    direct.targets.insert(direct.targets.end(), row_.begin(), row_.end());
    direct.offsets.push_back(static_cast<std::uint32_t>(direct.targets.size()));

    closure_ = row_;
    for (const std::uint32_t d : row_) {
      const auto more = out_.closures[d];
      closure_.insert(closure_.end(), more.begin(), more.end());
    }
    std::sort(closure_.begin(), closure_.end());
    closure_.erase(std::unique(closure_.begin(), closure_.end()), closure_.end());
    auto& all = out_.closures;
    all.targets.insert(all.targets.end(), closure_.begin(), closure_.end());
    all.offsets.push_back(static_cast<std::uint32_t>(all.targets.size()));

    std::vector<std::uint32_t> needs;
    dependency_keys_.clear();
    for (const std::uint32_t d : row_) {
      const bool implied = std::any_of(row_.begin(), row_.end(), [&](std::uint32_t other) {
        const auto theirs = out_.closures[other];
        return std::binary_search(theirs.begin(), theirs.end(), d);
      });
      if (implied) continue;
      needs.push_back(out_.packages[d]);
      dependency_keys_.push_back(out_.keys[d]);
    }
    std::sort(needs.begin(), needs.end());
    out_.needs.push_back(std::move(needs));

    out_.keys.push_back(layer_key(base_key_, packages_[package], is_target && base_.with_test,
                                  is_target && base_.with_doc, dependency_keys_));
  }

  std::span<const std::uint32_t> index_of_;
  std::span<const plan_package> packages_;
  bool switches_;
  const plan_base& base_;
  digest base_key_;
  layer_graph& out_;
  std::unordered_map<std::string, std::uint32_t> known_;
  std::vector<std::uint32_t> layer_of_;
  std::vector<std::pair<std::uint32_t, std::size_t>> stack_;
  std::vector<std::uint32_t> row_;
  std::vector<std::uint32_t> closure_;
  std::vector<digest> dependency_keys_;
  std::string key_;
};

}  // namespace layers_detail

OPAMPLAN_INLINE layer_graph make_layers(std::span<const solution> solutions,
                                        std::span<const std::uint32_t> index_of,
                                        std::span<const plan_package> packages,
                                        const plan_base& base) {
  layer_graph out;
  layers_detail::builder b(index_of, packages, base, out);
  for (const solution& s : solutions) b.add(s);
  return out;
}

}  // namespace opamplan
