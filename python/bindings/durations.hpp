/// \file
/// How long steps take and how large they are, as Python says it.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <opamplan/base/error.hpp>
#include <opamplan/plan/plan.hpp>
#include <string>

namespace opamplan::python {

/// Throws `invalid_request` for what no install can take, so that sums and comparisons hold.
inline void require_seconds(const std::string& what, double seconds) {
  constexpr double most = 1e9;                  // thirty years
  if (seconds >= 0 && seconds <= most) return;  // not NaN either
  throw invalid_request(
      fmt::format("{}: {} is no number of seconds from 0 to {}", what, seconds, most));
}

/// What measurements call a step's system packages: "depexts: libgmp-dev pkg-config". No package
/// of opam's has a name with a space.
inline std::string depexts_name(const plan_step& step) {
  return fmt::format("depexts: {}", fmt::join(step.depexts, " "));
}

/// Seconds of steps: of installs by layer key (whole or 16 digits), NAME.VERSION or NAME, else
/// `otherwise`; of the system's package manager by `depexts_name`, else `system`.
class step_durations {
 public:
  step_durations(const std::map<std::string, double>& known, double otherwise, double system)
      : known_(known), otherwise_(otherwise), system_(system) {
    for (const auto& [name, seconds] : known) require_seconds(name, seconds);
    require_seconds("default_seconds", otherwise);
    require_seconds("system_seconds", system);
  }

  double operator()(const plan& p, step_id step) const {
    const plan_step& s = p.steps[step];
    double sum = s.depexts.empty() ? 0 : system_seconds(s);
    for (const layer_id l : s.installs) sum += install_seconds(p, p.layers[l]);
    return sum;
  }

 private:
  [[nodiscard]] double system_seconds(const plan_step& step) const {
    const auto it = known_.find(depexts_name(step));
    return it == known_.end() ? system_ : it->second;
  }

  [[nodiscard]] double install_seconds(const plan& p, const plan_layer& layer) const {
    const plan_package& package = p.packages[layer.packages.front()];
    const std::string key = to_hex(layer.key);
    for (const std::string& name : {key, key.substr(0, 16), package.full_name(), package.name}) {
      if (const auto it = known_.find(name); it != known_.end()) return it->second;
    }
    return otherwise_;
  }

  std::map<std::string, double> known_;
  double otherwise_;
  double system_;
};

}  // namespace opamplan::python
