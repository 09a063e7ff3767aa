/// \file
/// Paths of archives.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include "opamplan/base/config.hpp"
#include "opamplan/emit/archives.hpp"
#include "opamplan/package/opam_file.hpp"
#include "opamplan/syntax/parser.hpp"

namespace opamplan {
namespace emit_impl {

/// Nothing for what is no checksum. A number alone is MD5's.
inline std::string archive_path(std::string_view checksum) {
  const std::size_t equals = checksum.find('=');
  const std::string_view kind =
      equals == std::string_view::npos ? std::string_view("md5") : checksum.substr(0, equals);
  std::string number(equals == std::string_view::npos ? checksum : checksum.substr(equals + 1));
  static constexpr std::array<std::pair<std::string_view, std::size_t>, 3> kinds = {
      {{"md5", 32}, {"sha256", 64}, {"sha512", 128}}};
  const bool known =
      std::find(kinds.begin(), kinds.end(), std::pair(kind, number.size())) != kinds.end();
  for (char& c : number) {
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c + 32);
    if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) return {};
  }
  if (!known) return {};
  return std::string(kind) + '/' + number.substr(0, 2) + '/' + number;
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
