/// \file
/// A fast 64-bit checksum against accidents (a torn write, a bad disk), for the cache file.
///
/// Why not a library's: xxHash would be one more dependency of the headers for thirty lines, and
/// nothing here needs a good hash. Eight independent lanes keep the multiplier busy, so it runs at
/// the speed of memory. Every step is a bijection of the lane and of the word, so a change inside
/// one 8-byte word is always noticed; other changes go unnoticed once in 2^64. No protection
/// against malice.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace opamplan::repository_impl {

/// Bijective for a fixed `word`, and for a fixed `lane`.
[[nodiscard]] constexpr std::uint64_t checksum_step(std::uint64_t lane,
                                                    std::uint64_t word) noexcept {
  lane =
      (lane ^ word) * 0xd6e8feb86659fd93U;  // any odd number; this one has a balanced bit pattern
  return std::rotl(lane, 29);
}

[[nodiscard]] inline std::uint64_t checksum(const void* data, std::size_t size,
                                            std::uint64_t seed = 0) noexcept {
  constexpr std::size_t lanes = 8;
  std::uint64_t lane[lanes];
  for (std::size_t i = 0; i < lanes; ++i) lane[i] = checksum_step(seed, i + 1);

  const auto* at = static_cast<const unsigned char*>(data);
  std::size_t left = size;
  for (; left >= 8 * lanes; left -= 8 * lanes, at += 8 * lanes) {
    std::uint64_t words[lanes];
    std::memcpy(words, at, sizeof words);
    for (std::size_t i = 0; i < lanes; ++i) lane[i] = checksum_step(lane[i], words[i]);
  }
  for (std::size_t i = 0; left > 0; ++i) {
    const std::size_t n = left < 8 ? left : 8;
    std::uint64_t word = 0;
    std::memcpy(&word, at, n);
    lane[i] = checksum_step(lane[i], word);
    at += n;
    left -= n;
  }
  std::uint64_t sum = checksum_step(seed, size);
  for (const std::uint64_t l : lane) sum = checksum_step(sum, l);
  // What the last steps left in high bits reaches the low ones too.
  sum ^= sum >> 32;
  sum *= 0x9e3779b97f4a7c15U;
  return sum ^ (sum >> 29);
}

}  // namespace opamplan::repository_impl
