/// \file
/// Names of batches, stages and bake targets: legal, unique, stable.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/plan/plan.hpp"

namespace opamplan {

/// `batchN`: of a batch its bake target, and what its files and its folder of results are called.
[[nodiscard]] std::string batch_name(batch_id batch);

/// By step: a stage name, `^s(-[a-z0-9]+)+$`: the package in lower case, then the first 10 digits
/// of the key (more where two would be equal).
[[nodiscard]] std::vector<std::string> stage_names(const plan& p);

/// By target: a bake target name, `^[a-zA-Z0-9_-]+$`: `pkg-NAME-VERSION` with other characters as
/// `-`; where two would be equal, each gets a number.
[[nodiscard]] std::vector<std::string> bake_names(const plan& p);

/// By target: what its image is called in a registry, `^pkg(-[a-z0-9]+)*$`, `pkg-NAME-VERSION` in
/// lower case with other characters as `-`; where two would be equal, each gets a number.
[[nodiscard]] std::vector<std::string> image_names(const plan& p);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/emit/impl/names.ipp"
#endif
