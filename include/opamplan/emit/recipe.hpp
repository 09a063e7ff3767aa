/// \file
/// What Dockerfiles and LLB say alike: a step's mounts and command, and how results are gathered.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "opamplan/config.hpp"
#include "opamplan/emit/options.hpp"
#include "opamplan/plan/plan.hpp"

namespace opamplan {

/// A step in an executor's words.
struct step_recipe {
  std::vector<std::uint32_t> sources;  ///< Steps whose images are mounted at /opamplan/g/0, 1...
  std::vector<std::uint32_t> opam;     ///< Packages whose opam files are mounted, see `opam_mount`.
  std::string command;                 ///< One line of shell.
};

/// Throws `invalid_request` for names that no shell word or path can hold.
[[nodiscard]] step_recipe recipe_of(const plan& p, const plan_step& step,
                                    const emit_options& options);

/// The folder of a package's opam file: in the build context, and in the step.
[[nodiscard]] std::pair<std::string, std::string> opam_mount(const plan_package& package);

/// Of these steps (closed under parents and grafts), those that no other stands on or takes a graft
/// from: their images hold the results of all. Ascending.
[[nodiscard]] std::vector<std::uint32_t> last_steps(const plan& p,
                                                    std::span<const std::uint32_t> steps);

/// Variables that every step finds, but PATH.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> step_environment(
    const emit_options& options);

/// How many images one collecting step mounts: far under what a step takes.
inline constexpr std::size_t images_a_collector = 200;

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/emit/impl/recipe.ipp"
#endif
