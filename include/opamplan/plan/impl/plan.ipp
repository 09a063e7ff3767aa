/// \file
/// Names of strategies, and what a step makes sure of.
#pragma once

#include <fmt/format.h>

#include <algorithm>

#include "opamplan/base/config.hpp"
#include "opamplan/base/error.hpp"
#include "opamplan/base/text.hpp"
#include "opamplan/plan/plan.hpp"

namespace opamplan {

OPAMPLAN_INLINE std::string_view to_string(strategy s) noexcept {
  switch (s) {
    case strategy::chain:
      return "chain";
    case strategy::prefix:
      return "prefix";
    case strategy::graft:
      return "graft";
    case strategy::merge:
      return "merge";
  }
  return "";
}

OPAMPLAN_INLINE strategy parse_strategy(std::string_view text) {
  std::vector<std::string> known;
  for (const strategy s : all_strategies) {
    if (to_string(s) == text) return s;
    known.emplace_back(to_string(s));
  }
  throw invalid_request(
      fmt::format("unknown strategy \"{}\"{}", text, did_you_mean_one_of(known, text)));
}

OPAMPLAN_INLINE std::vector<std::string> ensured_depexts(const plan& p, const plan_step& step) {
  std::vector<std::string> all = step.depexts;
  for (step_id s = step.parent; s != step_id::none && p.steps[s].installs.empty();
       s = p.steps[s].parent) {
    all.insert(all.end(), p.steps[s].depexts.begin(), p.steps[s].depexts.end());
  }
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace opamplan
