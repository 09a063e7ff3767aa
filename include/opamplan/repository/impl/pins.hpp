/// \file
/// Pins: which opam files a folder or a git commit offers, and what they pin in turn.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/repository/impl/content.hpp"
#include "opamplan/repository/source.hpp"

namespace opamplan::repository_impl {

struct pin_file {
  std::string content;
  bool executable = false;
};

/// The files of a pin that may say something about its packages, by path.
struct pin_tree {
  std::string commit;  ///< Empty: a folder as it is.
  std::map<std::string, pin_file> files;
};

/// True for `NAME.opam`, `opam`, and what is in folders of these names: opam files, `files/`...
[[nodiscard]] bool is_pin_file(std::string_view path) noexcept;
/// True for folders in which such files may be.
[[nodiscard]] bool is_pin_folder(std::string_view path) noexcept;

/// opam's places of opam files, in its order: NAME.opam and NAME.opam/opam, opam, opam/opam,
/// opam/NAME.opam.
[[nodiscard]] std::vector<std::string> opam_files(const pin_tree& tree);

/// NAME of NAME.opam and NAME.opam/opam.
[[nodiscard]] std::optional<std::string> name_in_path(std::string_view path);

/// Throw `load_error` where there is nothing to read.
[[nodiscard]] pin_tree read_pin_folder(const std::string& folder, content_builder& to);
[[nodiscard]] pin_tree read_git_pin(const pin& p, content_builder& to);

/// Reads every pin, and those of their `pin-depends` that are on this machine.
[[nodiscard]] source_content read_pins(const pin_source& from, content_builder& to);

}  // namespace opamplan::repository_impl

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/repository/impl/pins.ipp"
#endif
