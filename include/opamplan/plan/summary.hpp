/// \file
/// A plan in figures.
#pragma once

#include <cstddef>
#include <string>

#include "opamplan/base/config.hpp"
#include "opamplan/plan/plan.hpp"

namespace opamplan {

struct plan_summary {
  std::size_t targets = 0;
  std::size_t install_steps = 0;      ///< Steps that install packages; for `chain` this counts
                                      ///< every target's own.
  std::size_t system_steps = 0;       ///< Steps that run the system's package manager, whether they
                                      ///< install packages too or not; of equal keys one.
  std::size_t installs = 0;           ///< Packages installed over all steps (chunks and post groups
                                      ///< hold several).
  std::size_t unshared_installs = 0;  ///< Packages that the targets' images hold, added up: what
                                      ///< building each target alone would install.
  std::size_t distinct_steps = 0;     ///< Those of equal keys, which run once, counted once.
  std::size_t layers = 0;
  std::size_t post_groups = 0;  ///< Layers of several packages.
  std::size_t package_versions = 0;
  std::size_t max_depth = 0;
  std::size_t grafts = 0;
  std::size_t batches = 0;
  std::size_t largest_batch = 0;         ///< Steps.
  std::size_t largest_cache_record = 0;  ///< Bytes, of the batch with most.
  std::size_t builders = 0;              ///< For how many the batches are shards; else 0, as...
  std::size_t shards = 0;
  std::size_t waves = 0;
  std::size_t repeated_steps = 0;  ///< ...what shards build again that others build too.
  std::size_t depexts = 0;         ///< Distinct system packages.
  std::string most_variants;       ///< The package version with the most layers...
  std::size_t variants = 0;        ///< ...and how many.
};

/// Linear.
[[nodiscard]] plan_summary summarize(const plan& p);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/plan/impl/summary.ipp"
#endif
