/// \file
/// Hash-consing closures into layers, and their keys.
#pragma once

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>

#include "opamplan/closure/closure.hpp"
#include "opamplan/config.hpp"
#include "opamplan/plan/layers.hpp"

namespace opamplan {

OPAMPLAN_INLINE digest base_key(const plan_base& base) {
  return sha256()
      .add_field("opamplan layer 2")
      .add_field(base.image)
      .add_field(base.opam_version)
      .add_field(base.environment)
      .finish();
}

OPAMPLAN_INLINE digest layer_key(const digest& base, std::span<const plan_package> packages,
                                 std::span<const std::uint32_t> members, bool with_test,
                                 bool with_doc, std::span<digest> needs) {
  // By key, not by id: the order of the input must not matter.
  std::sort(needs.begin(), needs.end());
  sha256 hash;
  hash.add(base).add_field(std::to_string(members.size()));
  for (const std::uint32_t m : members) {
    const plan_package& package = packages[m];
    hash.add_field(package.name).add_field(package.version).add(package.effective);
    hash.add_field(std::to_string(package.depexts.size()));
    for (const std::string& d : package.depexts) hash.add_field(d);
  }
  hash.add_field(with_test ? with_doc ? "td" : "t" : with_doc ? "d" : "");
  for (const digest& d : needs) hash.add(d);
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
    out_.closures.offsets.push_back(0);
  }

  void add(const solution& s) {
    const closure c = closure_of(s, closure_edges::build_and_post);
    // Numbered so that what a component needs comes before it.
    const std::vector<std::uint32_t> component = strong_components(c.dependencies);
    by_component_.clear();
    for (std::uint32_t v = 0; v < c.size(); ++v) by_component_.emplace_back(component[v], v);
    std::sort(by_component_.begin(), by_component_.end());
    layer_of_.assign(c.size(), 0);
    for (auto begin = by_component_.begin(); begin != by_component_.end();) {
      auto end = begin;
      members_.clear();
      for (; end != by_component_.end() && end->first == begin->first; ++end) {
        members_.push_back(end->second);
      }
      add_component(s, c, component);
      begin = end;
    }
    out_.targets.push_back({index_of_[to_index(s.target)], layer_of_[c.target]});
  }

 private:
  /// `members_` are the positions of a component whose needs have their layers.
  void add_component(const solution& s, const closure& c,
                     const std::vector<std::uint32_t>& component) {
    const auto target = std::find(members_.begin(), members_.end(), c.target);
    const bool is_target = switches_ && target != members_.end();
    if (is_target) {
      // The switches are for the one that is named.
      std::rotate(members_.begin(), target, target + 1);
    } else if (members_.size() > 1) {
      put_head_first(s, c);
    }
    row_.clear();
    for (const std::uint32_t m : members_) {
      for (const std::uint32_t d : c.dependencies[m]) {
        if (component[d] != component[m]) row_.push_back(layer_of_[d]);
      }
    }
    std::sort(row_.begin(), row_.end());
    row_.erase(std::unique(row_.begin(), row_.end()), row_.end());
    group_.clear();
    for (const std::uint32_t m : members_) group_.push_back(index_of_[to_index(c.packages[m])]);

    key_.assign(reinterpret_cast<const char*>(row_.data()), row_.size() * sizeof row_[0]);
    key_.push_back(is_target ? '1' : '0');
    key_.append(reinterpret_cast<const char*>(group_.data()), group_.size() * sizeof group_[0]);
    const auto [it, added] =
        known_.try_emplace(key_, static_cast<std::uint32_t>(out_.layers.size()));
    if (added) append(is_target);
    for (const std::uint32_t m : members_) layer_of_[m] = it->second;
  }

  /// First the member on which most others are built, that is, which they reach over build
  /// dependencies; of equals the first by name. The others stay ascending.
  void put_head_first(const solution& s, const closure& c) {
    std::vector<std::uint32_t> places;  // of the members in the solution
    for (const std::uint32_t m : members_) {
      places.push_back(static_cast<std::uint32_t>(
          std::lower_bound(s.packages.begin(), s.packages.end(), c.packages[m]) -
          s.packages.begin()));
    }
    std::vector<std::size_t> dependents(members_.size(), 0);
    for (const std::uint32_t place : places) {
      std::vector<std::uint32_t> stack{place};
      std::vector<std::uint32_t> seen{place};
      while (!stack.empty()) {
        const std::uint32_t v = stack.back();
        stack.pop_back();
        for (const std::uint32_t d : s.dependencies[v]) {
          const auto member = std::lower_bound(places.begin(), places.end(), d);
          if (member == places.end() || *member != d) continue;
          if (std::find(seen.begin(), seen.end(), d) != seen.end()) continue;
          ++dependents[static_cast<std::size_t>(member - places.begin())];
          seen.push_back(d);
          stack.push_back(d);
        }
      }
    }
    const auto head = std::max_element(dependents.begin(), dependents.end()) - dependents.begin();
    std::rotate(members_.begin(), members_.begin() + head, members_.begin() + head + 1);
  }

  void append(bool is_target) {
    // A need is implied if a later one's closure holds it: ids are topological.
    mark_.resize(out_.layers.size(), 0);
    ++stamp_;
    plan_layer layer;
    closure_.clear();
    const auto take = [&](std::uint32_t l) {
      if (mark_[l] == stamp_) return false;
      mark_[l] = stamp_;
      closure_.push_back(l);
      return true;
    };
    for (auto d = row_.rbegin(); d != row_.rend(); ++d) {
      if (!take(*d)) continue;
      layer.needs.push_back(*d);
      for (const std::uint32_t more : out_.closures[*d]) take(more);
    }
    std::reverse(layer.needs.begin(), layer.needs.end());
    std::sort(closure_.begin(), closure_.end());
    auto& [offsets, targets] = out_.closures;
    targets.insert(targets.end(), closure_.begin(), closure_.end());
    offsets.push_back(static_cast<std::uint32_t>(targets.size()));

    need_keys_.clear();
    for (const std::uint32_t d : layer.needs) need_keys_.push_back(out_.layers[d].key);
    layer.packages = group_;
    layer.for_target = is_target;
    layer.key = layer_key(base_key_, packages_, group_, is_target && base_.with_test,
                          is_target && base_.with_doc, need_keys_);
    out_.layers.push_back(std::move(layer));
  }

  std::span<const std::uint32_t> index_of_;
  std::span<const plan_package> packages_;
  bool switches_;
  const plan_base& base_;
  digest base_key_;
  layer_graph& out_;
  std::unordered_map<std::string, std::uint32_t> known_;
  // By position in the closure at hand.
  std::vector<std::uint32_t> layer_of_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> by_component_;
  std::vector<std::uint32_t> members_;
  // Of the layer at hand.
  std::vector<std::uint32_t> row_;
  std::vector<std::uint32_t> group_;
  std::vector<std::uint32_t> closure_;
  std::vector<digest> need_keys_;
  std::string key_;
  std::vector<std::uint32_t> mark_;
  std::uint32_t stamp_ = 0;
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
