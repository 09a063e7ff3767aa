/// \file
/// Repositories planned one after the other, each from what is kept of the one before.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/base/sha256.hpp"
#include "opamplan/plan/layers.hpp"
#include "opamplan/solve/newest.hpp"
#include "opamplan/solve/solver.hpp"
#include "opamplan/solve/universe.hpp"

namespace opamplan {

/// What one repository of a series is to the one before it; everything is new in the first one.
/// Targets are the newest versions; one *can be built* if it has a solution and a plan would hold
/// it.
struct series_change {
  std::size_t target_count = 0;  ///< Newest versions.
  std::size_t solved_count = 0;  ///< Of these, those that were searched for: the change may touch
                                 ///< them. All others are as they were.
  std::size_t layer_count = 0;   ///< Distinct layers of all targets that can be built.
  std::vector<std::string> added_layers;     ///< NAME.VERSION of layers that were not there,
                                             ///< ascending; a name for each variant.
  std::vector<std::string> dropped_layers;   ///< Of those that no target needs any more.
  std::vector<std::string> rebuilt_targets;  ///< Targets whose own layer was not there.
  std::vector<std::string> lost;    ///< Names that could be built and cannot: the target that there
                                    ///< is now, or was if there is none.
  std::vector<std::string> gained;  ///< Targets that can be built, and whose name could not.
};

struct series_options {
  std::string image;  ///< As of `plan_options`: both are in the keys of layers.
  std::string opam_version;
};

/// The plans of the newest versions of a repository's states, such as commits: which layers each
/// state has, and which of them the state before had not. Work that a change cannot touch is not
/// done again: results are kept by `solve_newest`, layers by the graph that makes them. The layers
/// are those that `make_plan` gives for the same results.
///
/// What is kept grows with the layers that were ever seen, some 300 bytes each. Not thread-safe.
class series {
 public:
  /// `asked` are those of every request, but for `progress`.
  explicit series(solve_options asked, series_options options = {});
  ~series();
  series(series&&) noexcept;
  series& operator=(series&&) noexcept;

  /// The next state. Throws `invalid_request` if its environment or options are not those of the
  /// one before, or if it has pins; `cancelled`, and then the series is as it was.
  series_change add(universe u, const progress_callback& progress = {});

  /// Of the last state: the newest versions, as `solve_all` answers for them. Not before `add`.
  [[nodiscard]] const solved_newest& last() const;

  /// The keys of its layers, ascending; each once.
  [[nodiscard]] std::vector<digest> layer_keys() const;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/plan/impl/series.ipp"
#endif
