/// \file
/// The variables that two evaluations of the same filters may disagree about.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "opamplan/package/dependency.hpp"
#include "opamplan/package/environment.hpp"

namespace opamplan::solve_impl {

/// Variables of two environments, and the switches of dependencies. A filter that mentions none of
/// these has the same value in both.
class variable_difference {
 public:
  void add(const environment& a, const environment& b) {
    add_those_of(a, b);
    add_those_of(b, a);
  }

  void add(const dependency_context& a, const dependency_context& b) {
    for (const auto& [name, value] : switches) {
      if (a.*value != b.*value) names_.emplace(name);
    }
  }

  [[nodiscard]] bool touches(const filtered_formula& f) const {
    return !names_.empty() && mentions_variable(f, [&](std::string_view name) {
      return names_.find(name) != names_.end();
    });
  }

 private:
  static constexpr std::pair<const char*, bool dependency_context::*> switches[] = {
      {"build", &dependency_context::build},
      {"post", &dependency_context::post},
      {"with-test", &dependency_context::with_test},
      {"with-doc", &dependency_context::with_doc},
      {"with-dev-setup", &dependency_context::with_dev_setup},
      {"dev", &dependency_context::dev},
  };

  // What a value interpolates is not looked into, so that it counts as another one.
  void add_those_of(const environment& a, const environment& b) {
    for (const auto& [name, value] : a.values()) {
      const variable_value* const other = b.get(name);
      const std::string* const text = std::get_if<std::string>(&value);
      const bool interpolates = text != nullptr && text->find('%') != std::string::npos;
      if (other == nullptr || *other != value || interpolates) names_.insert(name);
    }
  }

  std::set<std::string, std::less<>> names_;
};

}  // namespace opamplan::solve_impl
