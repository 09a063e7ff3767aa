/// \file
/// Two plans compared: what a change of the repository, the compiler or the environment costs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/plan/plan.hpp"

namespace opamplan {

/// Why a layer is another one than before, where the change began.
enum class change_kind : std::uint8_t {
  base,            ///< The base image, the opam version or the environment.
  version,         ///< Another version was selected.
  fields,          ///< Fields that can change a build.
  depexts,         ///< Other system packages.
  switches,        ///< Built with tests or documentation, and was not, or the other way round.
  new_dependency,  ///< It depends on a package that it did not depend on.
  lost_dependency,
};

[[nodiscard]] std::string_view to_string(change_kind k) noexcept;

struct plan_cause {
  change_kind kind = change_kind::base;
  std::string package;  ///< Where it began: NAME.VERSION in the new plan; empty for `base`.
  std::string text;     ///< "dune.3.20.0 -> dune.3.20.1", "dune.3.20.1: build, depends changed"...
  friend bool operator==(const plan_cause&, const plan_cause&) = default;
  // Not <=>, which the strings of libc++ 14 have not.
  friend bool operator<(const plan_cause& a, const plan_cause& b) {
    return std::tie(a.kind, a.package, a.text) < std::tie(b.kind, b.package, b.text);
  }
};

/// A target that must be built again.
struct rebuilt_target {
  std::string before;  ///< NAME.VERSION in the old plan.
  std::string after;   ///< In the new one.
  /// From the target down to where the change began: NAME.VERSION in the new plan, each depending
  /// on the next. One of the shortest such chains.
  std::vector<std::string> chain;
  std::uint32_t cause = 0;  ///< Index into `plan_difference::causes`.
  friend bool operator==(const rebuilt_target&, const rebuilt_target&) = default;
};

struct plan_difference {
  std::size_t kept_layers = 0;              ///< In both, by key.
  std::size_t moved_layers = 0;             ///< Of these, on other images, and so built again;
                                            ///< `plan_options::like` leaves them where they are.
  std::vector<std::string> added_layers;    ///< NAME.VERSION of layers only in the new plan,
                                            ///< ascending; a name for each variant.
  std::vector<std::string> dropped_layers;  ///< Only in the old one.
  std::size_t kept_steps = 0;               ///< Steps that the builder's cache would serve.
  std::size_t new_steps = 0;                ///< Steps that must run.
  std::vector<std::string> unchanged_targets;
  std::vector<std::string> added_targets;
  std::vector<std::string> dropped_targets;
  std::vector<rebuilt_target> rebuilt_targets;  ///< Ascending by the new name.
  std::vector<plan_cause> causes;               ///< Those that rebuild most targets first.
  std::vector<std::uint32_t> cause_counts;      ///< Targets, by cause.
};

/// Targets are matched by full name; of those left over, by name where each plan has one of it.
/// Linear in the sum of the images' sizes. The plans may have different strategies.
[[nodiscard]] plan_difference compare(const plan& before, const plan& after);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/plan/impl/difference.ipp"
#endif
