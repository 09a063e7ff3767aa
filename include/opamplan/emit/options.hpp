/// \file
/// What the emitters can be told; defaults build real packages on Debian or Ubuntu.
#pragma once

#include <string>
#include <vector>

#include "opamplan/config.hpp"

namespace opamplan {

struct emit_options {
  /// The commands of the header stage after `FROM`, as Dockerfile text. Empty: install opam and a
  /// compiler's needs with apt-get, make a switch. It must leave a shell at /bin/sh.
  std::string header;
  /// The shell commands that install `$1` (NAME.VERSION) from the opam repository in
  /// /opamplan/repository. Empty: `opam install`. A stand-in makes full-size trials cheap.
  std::string install;
  /// Installs the system packages in `"$@"`. Empty: apt-get (or apk, dnf where found).
  std::string depexts;
  /// Lines after `FROM` are the same for all; labels go to the header.
  std::vector<std::string> labels;
  /// Pinned seconds since 1970 for time stamps; 0: not set.
  long long source_date_epoch = 0;

  // For bake files.
  std::string registry;                 ///< Prefix of tags; empty: images are not named.
  std::vector<std::string> platforms;   ///< For example linux/amd64.
  std::vector<std::string> cache_from;  ///< As bake takes them.
  std::vector<std::string> cache_to;

  /// Installs nothing: each step writes a file, so that BuildKit's own costs can be seen.
  [[nodiscard]] static emit_options stand_in();
};

/// One file to write.
struct emitted_file {
  std::string path;  ///< Relative, with `/`.
  std::string content;
  bool executable = false;
};

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/emit/impl/options.ipp"
#endif
