/// \file
/// The profiles.
#pragma once

#include <fmt/format.h>

#include "opamplan/base/config.hpp"
#include "opamplan/base/error.hpp"
#include "opamplan/base/text.hpp"
#include "opamplan/plan/limits.hpp"

namespace opamplan {

OPAMPLAN_INLINE const std::vector<limits>& limit_profiles() {
  // A failing step sends the file back, base64 twice, in a 16 MiB header: 9.0 MB is seen to pass.
  // With two source locations attached that halves, and warnings carry it too.
  constexpr std::size_t safe_file = 4'000'000;
  constexpr std::size_t safe_definition = 14'000'000;  // of a 16 MiB message
  constexpr std::size_t safe_record = 1'000'000;       // of the 1 MiB that an import takes
  // Overlayfs has a page for its options: 9 bytes a layer while the numbers of snapshots have five
  // digits, 10 with six, beside the paths of two folders. A store counts on for as long as it is
  // kept; with six digits 362 layers fit, at paths of 200 bytes.
  constexpr std::size_t mountable = 350;
  static const std::vector<limits> profiles = {
      {"buildkit", mountable, 0, 0, safe_file, safe_definition, safe_record, 65'535, 0,
       "overlayfs names all layers under a RUN in a page of 4096 bytes, 10 bytes each once a store "
       "has "
       "made 100,000; messages of 16 MiB since BuildKit 0.12; an error carries the Dockerfile in a "
       "16 MiB header; a cache whose record is over 1 MiB is not imported"},
      {"docker", 113, 0, 0, safe_file, safe_definition, safe_record, 65'535, 0,
       "moby's maxLayerDepth is 125 layers an image; the common header takes up to 12"},
      {"bake", mountable, 100, 0, safe_file, safe_definition, safe_record, 65'535, 0,
       "bake starts all targets at once and waits seconds for each: 100 pass on a busy machine"},
      {"github", mountable, 0, 0, safe_file, safe_definition, safe_record, 65'535, 256,
       "as buildkit; a GitHub Actions matrix has at most 256 jobs"},
      {"none", 0, 0, 0, 0, 0, 0, 0, 0, "no limit: what the bake-off did"},
  };
  return profiles;
}

OPAMPLAN_INLINE const limits& limit_profile(std::string_view name) {
  std::vector<std::string> known;
  for (const limits& l : limit_profiles()) {
    if (l.name == name) return l;
    known.push_back(l.name);
  }
  throw invalid_request(
      fmt::format("unknown limits \"{}\"{}", name, did_you_mean_one_of(known, name)));
}

OPAMPLAN_INLINE limits on_base(limits l, std::size_t layers) {
  if (l.depth == 0 || layers <= usual_base_layers) return l;
  const std::size_t more = layers - usual_base_layers;
  if (more >= l.depth) {
    throw invalid_request(fmt::format(
        "a base image of {} layers leaves no room for steps: an image may be {} steps deep on one "
        "of {} layers. Flatten it (docker export and import)",
        layers, l.depth, usual_base_layers));
  }
  l.depth -= more;
  return l;
}

}  // namespace opamplan
