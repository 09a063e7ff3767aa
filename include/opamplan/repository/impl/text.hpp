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

namespace opamplan::repository_impl {

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

}  // namespace opamplan::repository_impl

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/repository/impl/text.ipp"
#endif
