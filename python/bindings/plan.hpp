/// \file
/// Shared by the bindings of plan and emit.
#pragma once

#include <pybind11/pybind11.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <opamplan/plan/plan.hpp>
#include <string>
#include <variant>
#include <vector>

#include "index.hpp"

namespace opamplan::python {

/// One step of a plan, which it keeps alive; a copy that was pickled has a plan of itself alone.
struct py_step {
  std::shared_ptr<plan> owner;
  std::size_t index = 0;
  std::size_t place = index;  ///< In `owner`.
  [[nodiscard]] const plan_step& step() const { return owner->steps[place]; }
};

/// One batch of a plan, the same.
struct py_batch {
  std::shared_ptr<plan> owner;
  std::size_t index = 0;
  std::size_t place = index;
  [[nodiscard]] const plan_batch& batch() const { return owner->batches[place]; }
};

/// Limits, or the name of their profile.
using limits_or_name = std::variant<std::string, limits>;

inline limits limits_from(const limits_or_name& given) {
  if (const auto* name = std::get_if<std::string>(&given)) return limit_profile(*name);
  return std::get<limits>(given);
}

/// NAME.VERSION of packages of a plan.
inline std::vector<std::string> package_names(const plan& p,
                                              const std::vector<plan_package_id>& packages) {
  std::vector<std::string> names;
  names.reserve(packages.size());
  for (const plan_package_id i : packages) names.push_back(p.packages[i].full_name());
  return names;
}

/// NAME.VERSION of all that a step installs, in order, post groups one package after the other.
inline std::vector<std::string> installed_names(const plan& p, const plan_step& step) {
  std::vector<std::string> names;
  for (const layer_id l : step.installs) {
    for (const plan_package_id i : p.layers[l].packages) names.push_back(p.packages[i].full_name());
  }
  return names;
}

/// What a step installs, for people.
inline std::string label_of(const plan& p, const plan_step& step) {
  std::string text = step.installs.empty() ? "system packages" : "";
  for (const std::string& name : step.installs.empty() ? step.depexts : installed_names(p, step)) {
    text += (text.empty() ? "" : " ") + name;
  }
  return text;
}

/// NAME.VERSION of the packages that name the layers of a step, in order.
inline std::vector<std::string> layer_names(const plan& p, const plan_step& step) {
  std::vector<std::string> names;
  for (const layer_id l : step.installs) {
    names.push_back(p.packages[p.layers[l].packages.front()].full_name());
  }
  return names;
}

/// NAME.VERSION of targets of a plan.
inline std::vector<std::string> target_names(const plan& p, const std::vector<target_id>& targets) {
  std::vector<std::string> names;
  names.reserve(targets.size());
  for (const target_id i : targets) {
    names.push_back(p.packages[p.targets[i].package].full_name());
  }
  return names;
}

/// Whether it installs with the tests or documentation that were asked for targets.
inline bool is_for_target(const plan& p, const plan_step& step) {
  return std::any_of(step.installs.begin(), step.installs.end(),
                     [&](layer_id l) { return p.layers[l].for_target; });
}

/// For each package that a step installs the key of its layer.
inline std::vector<std::string> layer_keys(const plan& p, const plan_step& step) {
  std::vector<std::string> keys;
  for (const layer_id l : step.installs) {
    keys.insert(keys.end(), p.layers[l].packages.size(), to_hex(p.layers[l].key));
  }
  return keys;
}

/// All steps of a plan, made one by one when they are asked for.
struct py_steps {
  std::shared_ptr<plan> owner;
  [[nodiscard]] std::size_t size() const { return owner->steps.size(); }
  /// From the end if negative.
  [[nodiscard]] py_step at(std::ptrdiff_t index) const {
    const auto count = static_cast<std::ptrdiff_t>(size());
    if (index < 0) index += count;
    if (index < 0 || index >= count) throw pybind11::index_error("no such step");
    return {owner, static_cast<std::size_t>(index)};
  }
};

}  // namespace opamplan::python
