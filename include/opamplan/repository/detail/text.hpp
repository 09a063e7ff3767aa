/// \file
/// Small things about names and paths that every reader needs.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "opamplan/base/config.hpp"

namespace opamplan::detail {

/// Strings that stay where they are until the arena dies, also when it is moved.
class string_arena {
 public:
  std::string_view store(std::string_view text) {
    if (text.empty()) return {};
    if (text.size() > left_) {
      const std::size_t block = text.size() > block_size ? text.size() : block_size;
      blocks_.push_back(std::make_unique<char[]>(block));
      at_ = blocks_.back().get();
      left_ = block;
    }
    std::memcpy(at_, text.data(), text.size());
    const std::string_view stored(at_, text.size());
    at_ += text.size();
    left_ -= text.size();
    return stored;
  }

 private:
  static constexpr std::size_t block_size = 65536;
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* at_ = nullptr;
  std::size_t left_ = 0;
};

/// As UTF-8 for a person: bytes that are not UTF-8, and control characters, become `\xHH`.
[[nodiscard]] std::string printable(std::string_view bytes);

/// Every byte that belongs to no well-formed sequence becomes U+FFFD.
[[nodiscard]] std::string as_utf8(std::string_view bytes);

/// opam's rules: letters, digits, `-_+`, with a letter among them; and with `.~` for versions.
[[nodiscard]] bool is_package_name(std::string_view text) noexcept;
[[nodiscard]] bool is_package_version(std::string_view text) noexcept;

struct name_and_version {
  std::string_view name;
  std::string_view version;
};
/// "NAME.VERSION", split at the first dot; nothing if either part breaks opam's rules.
[[nodiscard]] std::optional<name_and_version> split_full_name(std::string_view text) noexcept;

/// A file beside `opam`: below `files/`, or the legacy `url` or `descr`.
struct side_path {
  std::string_view folder;  ///< Of the version.
  std::string_view file;    ///< Inside it: `files/fix.patch`, `url`, `descr`.
};
/// Nothing if the path is none of these.
[[nodiscard]] std::optional<side_path> split_side_path(std::string_view path) noexcept;

/// The last component of `path`, and what is before it (without the slash).
[[nodiscard]] std::string_view base_name(std::string_view path) noexcept;
[[nodiscard]] std::string_view folder_name(std::string_view path) noexcept;

}  // namespace opamplan::detail

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/repository/impl/text.ipp"
#endif
