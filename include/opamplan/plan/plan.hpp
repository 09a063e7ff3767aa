/// \file
/// A build plan as a value: steps that share work, the targets they end in, batches to run.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/base/index.hpp"
#include "opamplan/base/sha256.hpp"
#include "opamplan/plan/limits.hpp"

namespace opamplan {

// Places in the lists of a plan.
using plan_package_id = index<struct plan_package>;
using source_id = index<struct plan_source>;
using layer_id = index<struct plan_layer>;
using step_id = index<struct plan_step>;
using target_id = index<struct plan_target>;
using batch_id = index<struct plan_batch>;

/// A file of a package's folder `files/`, which opam copies into its sources.
struct plan_file {
  std::string path;     ///< Below `files/`.
  std::string content;  ///< Any bytes.
  bool executable = false;
  friend bool operator==(const plan_file&, const plan_file&) = default;
};

/// The most that `plan_package::size` may be: 1 TiB, so that no sum over images overflows.
inline constexpr std::uint64_t max_package_size = std::uint64_t{1} << 40U;

/// The sources of pinned packages: a tar.gz that opam unpacks (`pack_source`).
struct plan_source {
  digest sha256{};  ///< Of the archive.
  std::string archive;

  friend bool operator==(const plan_source&, const plan_source&) = default;
};

/// What a plan knows of one package version; steps refer to it by index.
struct plan_package {
  std::string name;
  std::string version;
  digest effective{};                ///< Of what can change its build.
  std::string opam;                  ///< The text of its opam file, for the step's repository.
  std::vector<plan_file> files;      ///< By path; mostly none.
  std::vector<std::string> depexts;  ///< System packages in the plan's environment, sorted.
  std::uint64_t size = 1;            ///< Estimated installed bytes, or 1: every package the same;
                                     ///< at most `max_package_size`.
  bool accepts_failure = false;      ///< By `x-ci-accept-failures`, in the plan's environment.
  source_id source;                  ///< Of a pin: what it is built from; `none`: its own `url`.

  [[nodiscard]] std::string full_name() const { return name + "." + version; }
  friend bool operator==(const plan_package&, const plan_package&) = default;
};

/// What one `opam install` adds to a switch: a package on one exact set of dependencies, or a post
/// group, the packages of a cycle through `{post}` dependencies, which can only come together.
struct plan_layer {
  digest key{};  ///< Merkle hash of all that can change the result; the same
                 ///< in every strategy.
  std::vector<plan_package_id> packages;  ///< First the one that names it, on which the others of
                                          ///< its group are built; then those, ascending.
  std::vector<layer_id> needs;            ///< Earlier layers without which it is not tried: what it
                                ///< depends on, `{post}` included, those implied by others
                                ///< left out; ascending.
  bool for_target = false;  ///< With the test and doc switches of targets.

  friend bool operator==(const plan_layer&, const plan_layer&) = default;
};

/// One build step: on top of a parent, bring in what other steps installed, then install. A system
/// step installs system packages only; it is the parent of steps that need the same ones.
struct plan_step {
  digest key{};                      ///< Merkle hash of all that can change the image.
  step_id parent;                    ///< An earlier step; `none`: the base image.
  std::vector<step_id> grafts;       ///< Earlier steps whose own layer is brought in, in the
                                     ///< order they must be registered.
  std::vector<layer_id> installs;    ///< Layers, in install order; several in a chunk, none
                                     ///< in a system step.
  std::vector<std::string> depexts;  ///< System packages missing in the parent, sorted.
  std::uint32_t depth = 1;           ///< Steps from the base image, this one included.

  friend bool operator==(const plan_step&, const plan_step&) = default;
};

struct plan_target {
  plan_package_id package;
  layer_id layer;  ///< The one that holds it: the same key in every strategy.
  step_id step;    ///< Its image is this step's.
  friend bool operator==(const plan_target&, const plan_target&) = default;
};

/// A solution that cannot be built, and why.
struct plan_omission {
  std::string target;  ///< NAME.VERSION.
  std::string reason;  ///< A sentence.
  friend bool operator==(const plan_omission&, const plan_omission&) = default;
};

/// The targets of one invocation. Batches run in order; what an earlier one built is in the cache.
/// In a plan for several builders a batch is a *shard*: it may have no target, but layers that
/// others have in common.
struct plan_batch {
  std::vector<target_id> targets;  ///< Ascending.
  std::vector<step_id> steps;      ///< All steps they need, ascending.
  std::uint32_t new_steps = 0;     ///< Of these, in no batch before it (of shards: in no wave).
  std::uint32_t wave = 0;  ///< Of a plan for several builders: what batches of earlier waves
                           ///< build, this one stands on; those of the same wave it needs
                           ///< nothing of. Else 0.
  friend bool operator==(const plan_batch&, const plan_batch&) = default;
};

enum class strategy : std::uint8_t {
  chain,   ///< Each target alone, one step a dependency.
  prefix,  ///< Orders chosen so that targets share as long prefixes as possible.
  graft,   ///< Each distinct layer once, copied into the images that need it.
  merge,   ///< Each distinct layer once, linked into them: for BuildKit's own language alone.
};
inline constexpr strategy all_strategies[] = {strategy::chain, strategy::prefix, strategy::graft,
                                              strategy::merge};

[[nodiscard]] std::string_view to_string(strategy s) noexcept;
/// Throws `invalid_request`.
[[nodiscard]] strategy parse_strategy(std::string_view text);

/// What every step stands on; part of every key.
struct plan_base {
  std::string image;         ///< Pin it by digest for reproducible builds. Empty: none is known.
  std::string opam_version;  ///< Of the opam that carries the plan out. Empty: any.
  std::string environment;   ///< Canonical text of the environment.
  bool with_test = false;    ///< Targets are built with their tests.
  bool with_doc = false;
  friend bool operator==(const plan_base&, const plan_base&) = default;
};

struct plan {
  opamplan::strategy strategy = opamplan::strategy::graft;
  plan_base base;
  opamplan::limits limits;
  index_vector<plan_package_id, plan_package> packages;  ///< Ascending by name, then version.
  index_vector<source_id, plan_source> sources;  ///< Of pins; packages of one folder share one.
  index_vector<layer_id, plan_layer> layers;     ///< Topological: needs come first.
  index_vector<step_id, plan_step>
      steps;  ///< Topological: parents, grafts, dependencies come first.
  index_vector<target_id, plan_target> targets;  ///< Ascending by package.
  index_vector<batch_id, plan_batch> batches;
  std::uint32_t builders = 0;  ///< For how many the batches are shards, by wave; 0: for one that
                               ///< builds them in order.
  std::vector<plan_omission> left_out;  ///< Ascending by target.

  friend bool operator==(const plan&, const plan&) = default;
};

/// The system packages that a step makes sure of, sorted: those that its parent lacks, and those of
/// the system steps that it stands on. Where one of these has failed, so that no more than a part
/// is lost, the steps on it install them for themselves.
[[nodiscard]] std::vector<std::string> ensured_depexts(const plan& p, const plan_step& step);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/plan/impl/plan.ipp"
#endif
