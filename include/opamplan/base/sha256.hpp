/// \file
/// SHA-256 (FIPS 180-4), for layer keys. Our own, because the header-only core cannot link a
/// library and Boost has none before 1.86; tested against NIST's vectors and Python's hashlib.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "opamplan/base/config.hpp"
#include "opamplan/base/impl/sha256_blocks.hpp"

namespace opamplan {

using digest = std::array<std::uint8_t, 32>;

/// Hashes what is added, in order, with the processor's instructions for it if it has them.
class sha256 {
 public:
  explicit sha256(base_impl::sha256_blocks with = base_impl::best_sha256_blocks())
      : take_in_(with) {}
  sha256& add(std::string_view bytes);
  sha256& add(const digest& d) { return add({reinterpret_cast<const char*>(d.data()), d.size()}); }
  /// Adds the length before the bytes, so that `add_field("ab").add_field("c")` differs from
  /// `add_field("a").add_field("bc")`.
  sha256& add_field(std::string_view bytes);
  /// Ends the message. The object must not be used afterwards.
  [[nodiscard]] digest finish();

 private:
  base_impl::sha256_blocks take_in_;
  base_impl::sha256_state state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<unsigned char, 64> buffer_{};
  std::uint64_t bytes_ = 0;
};

[[nodiscard]] digest sha256_of(std::string_view bytes);

/// Lower-case hexadecimal; the first `digits` of 64.
[[nodiscard]] std::string to_hex(const digest& d, std::size_t digits = 64);

/// The other way: of 64 hexadecimal digits, small or capital; else nothing.
[[nodiscard]] std::optional<digest> from_hex(std::string_view text);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/base/impl/sha256.ipp"
#endif
