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
    for (const std::uint32_t package : layer.packages) {
      const auto& more = p.packages[package].depexts;
      names.insert(names.end(), more.begin(), more.end());
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
  }
  return all;
}

/// System packages of an image, kept by step so that a step lists only what its parent lacks.
class depext_book {
 public:
  explicit depext_book(std::span<const std::vector<std::string>> by_layer) : by_layer_(by_layer) {}

  /// What the layers `brought` need beyond the parent's image; remembers the result for the new
  /// step.
  std::vector<std::string> missing(std::uint32_t parent,
                                   const std::vector<std::uint32_t>& brought) {
    std::vector<std::string> wanted;
    for (const std::uint32_t l : brought) {
      const auto& depexts = by_layer_[l];
      wanted.insert(wanted.end(), depexts.begin(), depexts.end());
    }
    std::sort(wanted.begin(), wanted.end());
    wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
    return missing(parent, wanted);
  }

  /// The same of system packages, sorted.
  std::vector<std::string> missing(std::uint32_t parent, const std::vector<std::string>& wanted) {
    static const std::vector<std::string> none;
    const auto& have = parent == no_step ? none : images_[parent];
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

/// S(L) for every layer: few different sets, each with a number. 0 is the empty set.
class system_sets {
 public:
  system_sets(const layer_graph& layers, std::span<const std::vector<std::string>> depexts) {
    for (const auto& names : depexts) names_.insert(names_.end(), names.begin(), names.end());
    std::sort(names_.begin(), names_.end());
    names_.erase(std::unique(names_.begin(), names_.end()), names_.end());
    number({});
    of_layer_.reserve(layers.size());
    for (std::uint32_t l = 0; l < layers.size(); ++l) {
      std::uint32_t set = number_of(depexts[l]);
      for (const std::uint32_t need : layers.layers[l].needs) set = join(set, of_layer_[need]);
      of_layer_.push_back(set);
    }
  }

  /// The set of the image of a layer; of the base image if it is none.
  [[nodiscard]] std::uint32_t of(std::uint32_t layer) const {
    return layer < of_layer_.size() ? of_layer_[layer] : 0;
  }
  [[nodiscard]] std::size_t size(std::uint32_t set) const { return sets_[set].size(); }
  [[nodiscard]] bool includes(std::uint32_t large, std::uint32_t small) const {
    return std::includes(sets_[large].begin(), sets_[large].end(), sets_[small].begin(),
                         sets_[small].end());
  }
  /// The names of what is in one set and not in another.
  [[nodiscard]] std::vector<std::string> difference(std::uint32_t set,
                                                    std::uint32_t without) const {
    std::vector<std::uint32_t> rest;
    std::set_difference(sets_[set].begin(), sets_[set].end(), sets_[without].begin(),
                        sets_[without].end(), std::back_inserter(rest));
    std::vector<std::string> names;
    for (const std::uint32_t n : rest) names.push_back(names_[n]);
    return names;
  }

 private:
  using members = std::vector<std::uint32_t>;  // indices of names, ascending

  std::uint32_t number(members set) {
    const auto [at, added] =
        numbers_.try_emplace(std::move(set), static_cast<std::uint32_t>(sets_.size()));
    if (added) sets_.push_back(at->first);
    return at->second;
  }

  std::uint32_t number_of(const std::vector<std::string>& names) {
    members set;
    for (const std::string& name : names) {
      const auto at = std::lower_bound(names_.begin(), names_.end(), name);
      set.push_back(static_cast<std::uint32_t>(at - names_.begin()));
    }
    return number(std::move(set));
  }

  std::uint32_t join(std::uint32_t a, std::uint32_t b) {
    if (a == b || b == 0) return a;
    if (a == 0) return b;
    members set;
    std::set_union(sets_[a].begin(), sets_[a].end(), sets_[b].begin(), sets_[b].end(),
                   std::back_inserter(set));
    return number(std::move(set));
  }

  std::vector<std::string> names_;
  std::map<members, std::uint32_t> numbers_;
  std::vector<members> sets_;
  std::vector<std::uint32_t> of_layer_;
};

}  // namespace opamplan::plan_impl
