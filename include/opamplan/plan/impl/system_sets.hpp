/// \file
/// System packages of layers and of images, as numbered sets.
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/plan/layers.hpp"

namespace opamplan::plan_impl {

/// The system packages of each layer, sorted.
inline std::vector<std::vector<std::string>> layer_depexts(const layer_graph& layers,
                                                           const plan& p) {
  std::vector<std::vector<std::string>> all;
  all.reserve(layers.size());
  for (const plan_layer& layer : layers.layers) {
    auto& names = all.emplace_back();
    for (const plan_package_id package : layer.packages) {
      const auto& more = p.packages[package].depexts;
      names.insert(names.end(), more.begin(), more.end());
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
  }
  return all;
}

/// A set of system packages.
using system_set_id = index<class system_sets>;

/// System packages of an image, kept by step so that a step lists only what its parent lacks.
class depext_book {
 public:
  explicit depext_book(std::span<const std::vector<std::string>> by_layer) : by_layer_(by_layer) {}

  /// What the layers `brought` need beyond the parent's image; remembers the result for the new
  /// step.
  std::vector<std::string> missing(step_id parent, const std::vector<layer_id>& brought) {
    std::vector<std::string> wanted;
    for (const layer_id l : brought) {
      const auto& depexts = by_layer_[l];
      wanted.insert(wanted.end(), depexts.begin(), depexts.end());
    }
    std::sort(wanted.begin(), wanted.end());
    wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
    return missing(parent, wanted);
  }

  /// The same of system packages, sorted.
  std::vector<std::string> missing(step_id parent, const std::vector<std::string>& wanted) {
    static const std::vector<std::string> none;
    const auto& have = parent == step_id::none ? none : images_[parent];
    std::vector<std::string> result;
    std::set_difference(wanted.begin(), wanted.end(), have.begin(), have.end(),
                        std::back_inserter(result));
    std::vector<std::string> image;
    std::set_union(wanted.begin(), wanted.end(), have.begin(), have.end(),
                   std::back_inserter(image));
    images_.push_back(std::move(image));
    return result;
  }

 private:
  std::span<const std::vector<std::string>> by_layer_;
  std::vector<std::vector<std::string>> images_;
};

/// S(L) for every layer: few different sets, each with a number.
class system_sets {
 public:
  static constexpr system_set_id empty{0};

  system_sets(const layer_graph& layers, std::span<const std::vector<std::string>> depexts) {
    for (const auto& names : depexts) names_.insert(names_.end(), names.begin(), names.end());
    std::sort(names_.begin(), names_.end());
    names_.erase(std::unique(names_.begin(), names_.end()), names_.end());
    number({});
    of_layer_.reserve(layers.size());
    for (const layer_id l : layers.layers.indices()) {
      system_set_id set = number_of(depexts[l]);
      for (const layer_id need : layers.layers[l].needs) set = join(set, of_layer_[need]);
      of_layer_.push_back(set);
    }
  }

  /// The set of the image of a layer; of the base image if it is none.
  [[nodiscard]] system_set_id of(layer_id layer) const {
    return layer == layer_id::none ? empty : of_layer_[layer];
  }
  [[nodiscard]] std::size_t size(system_set_id set) const { return sets_[set].size(); }
  [[nodiscard]] bool includes(system_set_id large, system_set_id small) const {
    return std::includes(sets_[large].begin(), sets_[large].end(), sets_[small].begin(),
                         sets_[small].end());
  }
  /// The names of what is in one set and not in another.
  [[nodiscard]] std::vector<std::string> difference(system_set_id set,
                                                    system_set_id without) const {
    members rest;
    std::set_difference(sets_[set].begin(), sets_[set].end(), sets_[without].begin(),
                        sets_[without].end(), std::back_inserter(rest));
    std::vector<std::string> names;
    for (const std::uint32_t n : rest) names.push_back(names_[n]);
    return names;
  }

 private:
  using members = std::vector<std::uint32_t>;  // indices of names, ascending

  system_set_id number(members set) {
    const auto [at, added] = numbers_.try_emplace(std::move(set), sets_.next());
    if (added) sets_.push_back(at->first);
    return at->second;
  }

  system_set_id number_of(const std::vector<std::string>& names) {
    members set;
    for (const std::string& name : names) {
      const auto at = std::lower_bound(names_.begin(), names_.end(), name);
      set.push_back(static_cast<std::uint32_t>(at - names_.begin()));
    }
    return number(std::move(set));
  }

  system_set_id join(system_set_id a, system_set_id b) {
    if (a == b || b == empty) return a;
    if (a == empty) return b;
    members set;
    std::set_union(sets_[a].begin(), sets_[a].end(), sets_[b].begin(), sets_[b].end(),
                   std::back_inserter(set));
    return number(std::move(set));
  }

  std::vector<std::string> names_;
  std::map<members, system_set_id> numbers_;
  index_vector<system_set_id, members> sets_;
  index_vector<layer_id, system_set_id> of_layer_;
};

}  // namespace opamplan::plan_impl
