/// \file
/// The records of a cache file, exactly as they lie on the disk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "opamplan/repository/impl/checksum.hpp"
#include "opamplan/repository/impl/distinct_texts.hpp"
#include "opamplan/syntax/ast.hpp"

namespace opamplan::repository_impl {

/// Raised by every change of the layout, of what is stamped, or of what the parser makes of texts.
inline constexpr std::uint32_t cache_format = 4;
inline constexpr std::size_t cache_block = std::size_t{1} << 20;  ///< Bytes a checksum is taken of.

struct cached_string {
  std::uint32_t offset = 0;  ///< In the section of strings.
  std::uint32_t size = 0;
};

struct cached_entry {
  cached_string name;
  cached_string version;
  cached_string path;
  std::uint64_t text = 0;   ///< Offset in the section of texts.
  std::uint64_t nodes = 0;  ///< Index in the section of nodes.
  std::uint32_t text_size = 0;
  std::uint32_t node_count = 0;
  std::uint32_t extra = 0;  ///< Index in the section of extra files.
  std::uint32_t extra_count = 0;
};

struct cached_extra {
  cached_string path;
  std::uint64_t content = 0;  ///< Offset in the section of texts.
  std::uint64_t size = 0;
  std::uint64_t executable = 0;
};

struct cached_stamp {
  std::uint64_t value = 0;
  cached_string path;
};

struct cached_diagnostic {
  cached_string path;
  cached_string message;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint32_t level = 0;
  std::uint32_t unused = 0;
};

struct cache_section {
  std::uint64_t offset = 0;  ///< From the beginning of the file; a multiple of 8.
  std::uint64_t count = 0;   ///< Elements, not bytes.
};

struct cache_header {
  char magic[8] = {'o', 'p', 'a', 'm', 'p', 'l', 'a', 'n'};
  std::uint32_t format = cache_format;
  std::uint32_t byte_order = 0x01020304;
  std::uint32_t node_size = sizeof(syntax::node);
  std::uint32_t entry_size = sizeof(cached_entry);
  std::uint64_t file_size = 0;
  cache_section key;  ///< Characters: place, newline, state.
  cache_section revision;
  cache_section repo;
  cache_section entries;
  cache_section extras;
  cache_section stamps;
  cache_section diagnostics;
  cache_section nodes;
  cache_section strings;
  cache_section texts;
  cache_section declared[array_count];  ///< In the order of `for_each_array`.
  std::uint64_t payload_sum = 0;        ///< The checksum of the blocks' checksums.
  std::uint64_t header_sum = 0;         ///< Of everything before this member.
};

static_assert(std::is_trivially_copyable_v<cache_header>);
static_assert(std::is_trivially_copyable_v<cached_entry>);
static_assert(std::is_trivially_copyable_v<syntax::node>);
static_assert(sizeof(cache_header) % 8 == 0 && alignof(syntax::node) <= 8);

[[nodiscard]] inline std::uint64_t header_checksum(const cache_header& header) noexcept {
  return checksum(&header, offsetof(cache_header, header_sum));
}

[[nodiscard]] inline std::uint64_t combine_blocks(std::span<const std::uint64_t> sums) noexcept {
  return checksum(sums.data(), sums.size_bytes(), sums.size());
}

}  // namespace opamplan::repository_impl
