/// \file
/// Checksums as opam files have them: `md5=`, `sha256=` or `sha512=` and hexadecimal digits.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "opamplan/base/config.hpp"

namespace opamplan {

enum class checksum_kind : std::uint8_t { md5, sha256, sha512 };

struct checksum {
  checksum_kind kind = checksum_kind::md5;
  std::string_view digits;  ///< Of the text that it was read from; capitals are the same.
};

/// Nothing if it is none. Digits alone are MD5, as opam 1 wrote it; capitals are the same in kinds
/// too.
[[nodiscard]] std::optional<checksum> parse_checksum(std::string_view text) noexcept;

/// Whether bytes have it.
[[nodiscard]] bool has_checksum(std::string_view bytes, const checksum& sum);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/package/impl/checksum.ipp"
#endif
