/// \file
/// Marks what the targets need, backwards, then gives it new numbers.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/base/error.hpp"
#include "opamplan/base/text.hpp"
#include "opamplan/plan/impl/steps_below.hpp"
#include "opamplan/plan/targets.hpp"
#include "opamplan/repository/names.hpp"

namespace opamplan {
namespace plan_impl {

/// By binary search: targets ascend by name, then version.
inline std::optional<target_id> target_of(const plan& p, std::string_view text) {
  const std::string_view name = text.substr(0, text.find('.'));
  const auto package_of = [&](const plan_target& t) -> const plan_package& {
    return p.packages[t.package];
  };
  const auto first = std::ranges::lower_bound(
      p.targets, name, {},
      [&](const plan_target& t) -> std::string_view { return package_of(t).name; });
  std::optional<target_id> newest;
  for (auto t = first; t != p.targets.end() && package_of(*t).name == name; ++t) {
    const target_id number(t - p.targets.begin());
    if (package_of(*t).full_name() == text) return number;
    if (text == name) newest = number;
  }
  return newest;
}

/// The newest of a name comes last, as for targets.
inline const plan_omission* omission_of(const plan& p, std::string_view text) {
  const plan_omission* newest = nullptr;
  for (const plan_omission& o : p.left_out) {
    if (o.target == text) return &o;
    if (std::string_view(o.target).substr(0, o.target.find('.')) == text) newest = &o;
  }
  return newest;
}

[[noreturn]] inline void refuse(const plan& p, std::string_view text) {
  const std::string_view name = text.substr(0, text.find('.'));
  std::vector<std::string> near;
  std::vector<std::string> names;
  for (const plan_target& t : p.targets) {
    const plan_package& package = p.packages[t.package];
    if (package.name == name) near.push_back(package.full_name());
    if (names.empty() || names.back() != package.name) names.push_back(package.name);
  }
  std::string what = fmt::format("\"{}\" is no target of this plan", text);
  const bool installed =
      std::any_of(p.packages.begin(), p.packages.end(), [&](const plan_package& package) {
        return package.name == text || package.full_name() == text;
      });
  if (!near.empty()) {
    std::reverse(near.begin(), near.end());
    what += fmt::format("; of {} it has {}", name, fmt::join(near, ", "));
  } else if (installed) {
    what += ", which installs it as a dependency of others";
  } else {
    near = close_names(names, name);
    what += did_you_mean(near);
  }
  throw unknown_package(what, std::string(text), std::move(near));
}

/// New places by old ones; of what is gone, `none`.
template <class Index>
using new_places = index_vector<Index, Index>;

/// What is marked keeps its order.
template <class Index>
new_places<Index> numbered(const std::vector<bool>& marked) {
  new_places<Index> places(marked.size());
  Index next(0);
  for (const Index i : places.indices()) {
    if (!marked[i]) continue;
    places[i] = next;
    ++next;
  }
  return places;
}

/// Of `all`, what has a new place.
template <class List, class Index>
List kept(const List& all, const new_places<Index>& places) {
  List out;
  for (const Index i : places.indices()) {
    if (places[i] != Index::none) out.push_back(all[i]);
  }
  return out;
}

template <class Index>
void renumber(std::vector<Index>& indices, const new_places<Index>& places) {
  for (Index& i : indices) i = places[i];
}

class restriction {
 public:
  restriction(const plan& p, const std::vector<bool>& targets)
      : from_(p), targets_(numbered<target_id>(targets)) {}

  plan run() {
    number_parts();
    plan out;
    out.strategy = from_.strategy;
    out.base = from_.base;
    out.limits = from_.limits;
    out.packages = kept(from_.packages, packages_);
    for (plan_package& package : out.packages) {
      if (package.source != source_id::none) package.source = sources_[package.source];
    }
    out.sources = kept(from_.sources, sources_);
    out.layers = kept(from_.layers, layers_);
    for (plan_layer& layer : out.layers) {
      renumber(layer.packages, packages_);
      renumber(layer.needs, layers_);
    }
    out.steps = kept(from_.steps, steps_);
    for (plan_step& step : out.steps) {
      if (step.parent != step_id::none) step.parent = steps_[step.parent];
      renumber(step.grafts, steps_);
      renumber(step.installs, layers_);
    }
    out.targets = kept(from_.targets, targets_);
    for (plan_target& target : out.targets) {
      target = {packages_[target.package], layers_[target.layer], steps_[target.step]};
    }
    add_batches(out);
    return out;
  }

 private:
  /// What is needed comes earlier, so one pass backwards finds all of it.
  void number_parts() {
    std::vector<bool> steps(from_.steps.size());
    std::vector<bool> layers(from_.layers.size());
    std::vector<bool> packages(from_.packages.size());
    std::vector<bool> sources(from_.sources.size());
    for (const target_id t : from_.targets.indices()) {
      if (targets_[t] == target_id::none) continue;
      steps[from_.targets[t].step] = true;
      layers[from_.targets[t].layer] = true;
    }
    mark_below(from_, steps);
    for (std::size_t s = 0; s < steps.size(); ++s) {
      if (!steps[s]) continue;
      for (const layer_id l : from_.steps[s].installs) layers[l] = true;
    }
    for (std::size_t l = layers.size(); l-- > 0;) {
      if (!layers[l]) continue;
      for (const layer_id n : from_.layers[l].needs) layers[n] = true;
      for (const plan_package_id i : from_.layers[l].packages) packages[i] = true;
    }
    for (std::size_t i = 0; i < packages.size(); ++i) {
      if (packages[i] && from_.packages[i].source != source_id::none) {
        sources[from_.packages[i].source] = true;
      }
    }
    steps_ = numbered<step_id>(steps);
    layers_ = numbered<layer_id>(layers);
    packages_ = numbered<plan_package_id>(packages);
    sources_ = numbered<source_id>(sources);
  }

  void add_batches(plan& out) const {
    std::vector<bool> built(out.steps.size());
    for (const plan_batch& before : from_.batches) {
      plan_batch batch;
      std::vector<bool> needed(from_.steps.size());
      for (const target_id t : before.targets) {
        if (targets_[t] == target_id::none) continue;
        batch.targets.push_back(targets_[t]);
        needed[from_.targets[t].step] = true;
      }
      if (batch.targets.empty()) continue;
      mark_below(from_, needed);
      for (std::size_t s = 0; s < needed.size(); ++s) {
        if (!needed[s]) continue;
        batch.steps.push_back(steps_[s]);
        batch.new_steps += built[steps_[s]] ? 0 : 1;
        built[steps_[s]] = true;
      }
      out.batches.push_back(std::move(batch));
    }
  }

  const plan& from_;
  new_places<target_id> targets_;
  new_places<step_id> steps_;
  new_places<layer_id> layers_;
  new_places<plan_package_id> packages_;
  new_places<source_id> sources_;
};

}  // namespace plan_impl

OPAMPLAN_INLINE target_id find_target(const plan& p, std::string_view text) {
  if (const auto found = plan_impl::target_of(p, text)) return *found;
  if (const plan_omission* o = plan_impl::omission_of(p, text)) {
    throw invalid_request(o->target + " is left out of this plan: " + o->reason);
  }
  plan_impl::refuse(p, text);
}

OPAMPLAN_INLINE plan restricted_to(const plan& p, std::span<const std::string> targets) {
  std::vector<bool> wanted(p.targets.size());
  std::vector<bool> omitted(p.left_out.size());
  for (const std::string& text : targets) {
    const auto found = plan_impl::target_of(p, text);
    const plan_omission* const omission = found ? nullptr : plan_impl::omission_of(p, text);
    if (omission != nullptr) {
      omitted[static_cast<std::size_t>(omission - p.left_out.data())] = true;
    } else {
      wanted[found ? *found : find_target(p, text)] = true;
    }
  }
  plan out = plan_impl::restriction(p, wanted).run();
  out.left_out = plan_impl::kept(p.left_out, plan_impl::numbered<index<plan_omission>>(omitted));
  return out;
}

}  // namespace opamplan
