/// \file
/// What the emitters can be told; defaults build real packages on Debian or Ubuntu.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "opamplan/base/config.hpp"

namespace opamplan {

struct emit_options {
  // The base: an image, what is done to it once, and what every step finds there.
  std::string base_image;  ///< Empty: the plan's.
  std::string
      base_archive;  ///< A root file system (tar) in the build context, instead of an image.
  /// Variables of the base image, for LLB, which does not know them; a Dockerfile's steps have
  /// them.
  std::vector<std::pair<std::string, std::string>> base_environment;
  std::string snapshot;  ///< YYYYMMDDTHHMMSSZ: Debian packages as they were then. Empty: today's.
  std::string opam;  ///< Where opam is from. Empty: the image's, else its distribution's package;
                     ///< `image` or `distribution`: that or an error; else a program's path in the
                     ///< build context.
  std::string user = "opam";  ///< Who builds packages; made if the image has none of that name.
                              ///< Empty: root.
  std::vector<std::string> archive_mirrors;  ///< URLs below which opam looks for sources first, by
                                             ///< checksum, as `opam admin cache` lays them out.
  /// Archives in the build context, below `archives/`, by paths as `archive_paths` gives them.
  /// Steps mount those of their packages, and opam takes them before it looks elsewhere.
  std::set<std::string> archives;
  std::string prepare;  ///< Shell commands, run once, as root, before `setup`: package sources,
                        ///< certificates.
  std::string setup;    ///< Shell commands, run once. Empty: `default_setup`.
  std::vector<std::pair<std::string, std::string>> environment;  ///< Of every step, after opam's.
  std::string instructions;         ///< Dockerfile lines after `setup`. Not in LLB.
  std::vector<std::string> labels;  ///< KEY=VALUE, on every image. Not in LLB.
  long long source_date_epoch = 0;  ///< Seconds since 1970 for time stamps; 0: not set.

  // A step: shell functions' bodies, see `step_script`.
  std::string install;      ///< Installs `$1`, NAME.VERSION, as the user. Empty: `opam install`.
  std::string depexts;      ///< Installs the system packages in `"$@"`. Empty: apt-get, apk, dnf...
  unsigned time_limit = 0;  ///< Seconds for one install, then it has failed; 0: none.
  std::size_t log_limit = 4 << 20;  ///< Bytes kept of a log, half from its beginning, half from its
                                    ///< end; 0: all.
  bool download_cache = true;       ///< A cache mount in which steps share what opam fetched.
  bool system_cache = true;  ///< Cache mounts in which steps that install system packages share the
                             ///< package manager's lists and archives.
  std::string network;  ///< Of every step: `none`, `host`, `default`. Empty: the builder's default.
  /// Build arguments. Those that BuildKit knows (HTTP_PROXY, HTTPS_PROXY, FTP_PROXY, NO_PROXY,
  /// ALL_PROXY, in small or capital letters) are in every step's environment and in no cache key;
  /// others are for `instructions`, and not in LLB.
  std::vector<std::pair<std::string, std::string>> build_args;
  std::vector<std::string> run_options;   ///< Dockerfile words after RUN. Not in LLB.
  std::map<std::string, unsigned> retry;  ///< By NAME.VERSION, or by the first 16 digits of a
                                          ///< layer's key: a number that gives its steps a new
                                          ///< cache key, since failures are kept like successes.

  // Bake files. `{batch}` in caches and outputs is replaced by the name of the batch (`batch0`).
  std::string registry;                 ///< Prefix of tags; empty: images are not named.
  std::vector<std::string> platforms;   ///< For example linux/amd64: that of the plan's `arch`,
                                        ///< which is the default.
  std::vector<std::string> cache_from;  ///< As bake takes them: type=registry,ref=...
  std::vector<std::string> cache_to;
  std::vector<std::string> outputs;  ///< Of batches. Empty: type=local,dest=results/{batch}.

  /// Installs nothing: each step writes a file, so that BuildKit's own costs can be seen. A package
  /// whose opam file holds `x-stand-in-fails` fails.
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
