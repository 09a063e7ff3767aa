/// \file
/// What Dockerfiles and LLB say alike: a step's mounts and command, and how results are gathered.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/emit/options.hpp"
#include "opamplan/plan/plan.hpp"

namespace opamplan {

/// Something that a step finds at `target`, read only but for caches.
struct step_mount {
  enum class origin : std::uint8_t { context, step, cache };
  origin from = origin::context;
  step_id step;        ///< Whose image.
  std::string source;  ///< A path below the context or in the image, without a leading `/`; the
                       ///< name of a cache.
  std::string target;  ///< An absolute path.
};

/// A step in a builder's words.
struct step_recipe {
  std::vector<step_mount> mounts;
  std::string command;  ///< One line of shell.
};

/// The image's layout below /opamplan is that of `step_script`. A graft mounts what its step kept
/// of its own layer and nothing else: BuildKit hashes all that it mounts, and lists the folder it
/// is in. Throws `invalid_request` for names that opam does not allow.
[[nodiscard]] step_recipe recipe_of(const plan& p, const plan_step& step,
                                    const emit_options& options);

/// What makes the image of a step that is merged out of its own files and its grafts': opam's
/// record of them, with the package that it installed as the one that was asked for.
[[nodiscard]] step_recipe image_recipe(const plan& p, step_id step);

/// Steps that `step` needs, itself included, ascending.
[[nodiscard]] std::vector<step_id> needed_steps(const plan& p, step_id step);

/// The folder of a package's opam file in the build context.
[[nodiscard]] std::string opam_folder(const plan_package& package);

/// The archive of a pin's sources, in the build context.
[[nodiscard]] step_mount source_mount(const plan_source& source);

/// The file of a script in the build context: `step` or `collect`.
[[nodiscard]] step_mount script_mount(const char* script);

/// Throws `invalid_request`, naming `what` they are, unless these steps can be built by themselves:
/// there are some, ascending, and what each stands on or takes grafts from is among them.
void require_buildable(const plan& p, std::span<const step_id> steps,
                       std::string_view what = "these steps");

/// Whether a Dockerfile can say the plan; only BuildKit's own language can say merges.
[[nodiscard]] bool has_dockerfile(const plan& p) noexcept;

/// Throws `invalid_request` if none can.
void require_dockerfile(const plan& p);

/// The steps of a batch but those of `without`, ascending both. Throws `invalid_request` unless the
/// rest can be built by itself: with a step, all that stands on it is to be left out.
[[nodiscard]] std::vector<step_id> steps_of_batch(const plan& p, batch_id batch,
                                                  std::span<const step_id> without);

/// Those of a batch's steps (ascending) whose results it brings: all, but of a shard its own, as
/// what others have built need not be fetched for that.
[[nodiscard]] std::vector<step_id> told_by_batch(const plan& p, batch_id batch,
                                                 std::vector<step_id> steps);

/// Mounts for collecting the results of `told`, which are among these steps (closed under parents
/// and grafts): each layer once, as its own step tells it, and from every step on which no other
/// stands.
[[nodiscard]] std::vector<step_mount> result_mounts(const plan& p, std::span<const step_id> steps,
                                                    std::span<const step_id> told);

/// Variables that every step finds, but PATH.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> step_environment(
    const emit_options& options);

/// An image's platform, as BuildKit names it.
struct image_platform {
  std::string os;
  std::string architecture;
  std::string variant;

  [[nodiscard]] std::string text() const {
    return os + "/" + architecture + (variant.empty() ? "" : "/" + variant);
  }
};

/// The platform of the plan's environment; nothing if it names no `arch`. Throws `invalid_request`
/// for plans whose steps no Linux image can carry out, for an `arch` that images do not have, and
/// if `options.platforms` names another.
[[nodiscard]] std::optional<image_platform> platform_of(const plan& p, const emit_options& options);

/// Those of `options.build_args` that BuildKit gives to every step.
[[nodiscard]] bool is_proxy_argument(std::string_view name) noexcept;

/// `name`, if it can be one of a build argument.
[[nodiscard]] const std::string& build_argument_name(const std::string& name);

/// `options.network`, checked.
[[nodiscard]] const std::string& network_of(const emit_options& options);

/// `options.registry`, checked: `HOST[:PORT]/PATH` without a tag, or nothing.
[[nodiscard]] const std::string& registry_of(const emit_options& options);

/// The image below all steps. Throws `invalid_request` if there is none that fits.
[[nodiscard]] std::string base_image_of(const plan& p, const emit_options& options);

/// How many results one collecting step mounts: far under what a step takes.
inline constexpr std::size_t results_a_collector = 200;

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/emit/impl/recipe.ipp"
#endif
