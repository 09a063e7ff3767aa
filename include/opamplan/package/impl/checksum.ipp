/// \file
/// Checksums: reading and comparing them.
#pragma once

#include <string>

#include "opamplan/base/config.hpp"
#include "opamplan/base/md5.hpp"
#include "opamplan/base/sha256.hpp"
#include "opamplan/base/sha512.hpp"
#include "opamplan/base/text.hpp"
#include "opamplan/package/checksum.hpp"

namespace opamplan {

OPAMPLAN_INLINE std::optional<checksum> parse_checksum(std::string_view text) noexcept {
  struct form {
    std::string_view prefix;
    std::size_t digits;
    checksum_kind kind;
  };
  static constexpr form forms[] = {{"md5=", 32, checksum_kind::md5},
                                   {"sha256=", 64, checksum_kind::sha256},
                                   {"sha512=", 128, checksum_kind::sha512},
                                   {"", 32, checksum_kind::md5}};
  for (const form& f : forms) {
    if (lower_case(text.substr(0, f.prefix.size())) != f.prefix) continue;
    const std::string_view digits = text.substr(f.prefix.size());
    if (digits.size() == f.digits &&
        digits.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos) {
      return checksum{f.kind, digits};
    }
  }
  return std::nullopt;
}

OPAMPLAN_INLINE bool has_checksum(std::string_view bytes, const checksum& sum) {
  const std::string wanted = lower_case(sum.digits);
  switch (sum.kind) {
    case checksum_kind::md5:
      return md5_of(bytes) == wanted;
    case checksum_kind::sha256:
      return to_hex(sha256_of(bytes)) == wanted;
    case checksum_kind::sha512:
      return sha512_of(bytes) == wanted;
  }
  return false;
}

}  // namespace opamplan
