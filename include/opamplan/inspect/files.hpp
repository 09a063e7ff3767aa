/// \file
/// Measuring files for a builder, whoever wrote them, against limits.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/inspect/doctor.hpp"
#include "opamplan/plan/limits.hpp"

namespace opamplan {

/// What a Dockerfile asks of BuildKit.
struct dockerfile_measure {
  std::size_t bytes = 0;
  std::size_t longest_line = 0;  ///< Bytes.
  std::size_t stages = 0;
  std::size_t installs = 0;          ///< RUN instructions.
  std::size_t depth = 0;             ///< Layers of the deepest stage, above its base image...
  std::string deepest;               ///< ...and its name.
  std::size_t definition_bytes = 0;  ///< Of its LLB, if all stages are built: an estimate.
  std::vector<plan_finding> findings;
};

/// Reads the file as `read_dockerfile` does; names of base images are expanded by the defaults of
/// ARG. What BuildKit refuses, a stage that is named twice or stands on one that comes after it,
/// and capital letters in a base image are findings too. Linear. `where` names the file in
/// findings.
[[nodiscard]] dockerfile_measure inspect_dockerfile(std::string_view text, std::string_view where,
                                                    const limits& l);

/// What a docker-bake file asks of buildx.
struct bake_measure {
  std::size_t targets = 0;        ///< As they are written: a matrix is one.
  std::size_t largest_group = 0;  ///< Targets that asking for one group builds, of the groups whose
                                  ///< members are written out.
  std::vector<plan_finding> findings;
};

/// Counts targets, checks their names, and measures groups, in HCL or JSON (known by the name
/// `where`, else by the first byte). `${NAME}` without such a variable, capital letters in tags and
/// a file that cannot be read or is no bake file are findings. Linear, but for groups that hold
/// many groups, of which the work is bounded.
[[nodiscard]] bake_measure inspect_bake(std::string_view text, std::string_view where,
                                        const limits& l);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/inspect/impl/bake.ipp"
#include "opamplan/inspect/impl/dockerfile.ipp"
#endif
