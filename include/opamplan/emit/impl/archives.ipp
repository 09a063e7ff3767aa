/// \file
/// Paths of archives.
#pragma once

#include <string_view>

#include "opamplan/base/config.hpp"
#include "opamplan/base/text.hpp"
#include "opamplan/emit/archives.hpp"
#include "opamplan/package/checksum.hpp"
#include "opamplan/package/opam_file.hpp"
#include "opamplan/syntax/parser.hpp"

namespace opamplan {
namespace emit_impl {

/// Nothing for what is no checksum.
inline std::string archive_path(std::string_view text) {
  static constexpr const char* folders[] = {"md5/", "sha256/", "sha512/"};
  const auto sum = parse_checksum(text);
  if (!sum) return {};
  const std::string digits = lower_case(sum->digits);
  return folders[static_cast<std::size_t>(sum->kind)] + digits.substr(0, 2) + '/' + digits;
}

}  // namespace emit_impl

OPAMPLAN_INLINE std::vector<std::string> archive_paths(const plan_package& package) {
  std::vector<std::string> out;
  if (package.source != source_id::none) return out;
  const opam_file file = opam_file::read(syntax::parse_recovering(package.opam).tree);
  const auto add = [&](const source_archive& archive) {
    for (const std::string& checksum : archive.checksums) {
      if (std::string path = emit_impl::archive_path(checksum); !path.empty()) {
        out.push_back(std::move(path));
      }
    }
  };
  if (file.url) add(*file.url);
  for (const source_archive& archive : file.extra_sources) add(archive);
  return out;
}

}  // namespace opamplan
