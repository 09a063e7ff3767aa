/// \file
/// SHA-256's blocks in C++, after FIPS 180-4, section 6.2, and the choice among what there is.
#pragma once

#include <bit>

#include "opamplan/base/config.hpp"
#include "opamplan/base/impl/sha256_blocks.hpp"
#include "opamplan/base/impl/sha256_constants.hpp"
#ifdef __x86_64__
#include "opamplan/base/impl/sha256_x86.hpp"
#elif defined(__aarch64__) && (defined(__ARM_FEATURE_SHA2) || !defined(__clang__))
#define OPAMPLAN_HAS_ARM_SHA256
#include "opamplan/base/impl/sha256_arm.hpp"
#endif

namespace opamplan::base_impl {

inline void portable_sha256_block(sha256_state& state, const unsigned char* block) {
  std::array<std::uint32_t, 64> w;
  for (std::size_t i = 0; i < 16; ++i) {
    w[i] = static_cast<std::uint32_t>(block[4 * i]) << 24U |
           static_cast<std::uint32_t>(block[4 * i + 1]) << 16U |
           static_cast<std::uint32_t>(block[4 * i + 2]) << 8U |
           static_cast<std::uint32_t>(block[4 * i + 3]);
  }
  for (std::size_t i = 16; i < 64; ++i) {
    const std::uint32_t s0 = std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ (w[i - 15] >> 3U);
    const std::uint32_t s1 = std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ (w[i - 2] >> 10U);
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
  auto [a, b, c, d, e, f, g, h] = state;
  for (std::size_t i = 0; i < 64; ++i) {
    const std::uint32_t s1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
    const std::uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + sha256_constants[i] + w[i];
    const std::uint32_t s0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
    const std::uint32_t t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = d + t1;
    d = c;
    c = b;
    b = a;
    a = t1 + t2;
  }
  const sha256_state sum{a, b, c, d, e, f, g, h};
  for (std::size_t i = 0; i < 8; ++i) state[i] += sum[i];
}

OPAMPLAN_INLINE void portable_sha256_blocks(sha256_state& state, const unsigned char* blocks,
                                            std::size_t count) {
  for (; count > 0; --count, blocks += 64) portable_sha256_block(state, blocks);
}

OPAMPLAN_INLINE sha256_blocks native_sha256_blocks() noexcept {
#ifdef __x86_64__
  if (has_x86_sha256()) return x86_sha256_blocks;
#elif defined(OPAMPLAN_HAS_ARM_SHA256)
  if (has_arm_sha256()) return arm_sha256_blocks;
#endif
  return nullptr;
}

OPAMPLAN_INLINE sha256_blocks best_sha256_blocks() noexcept {
  static const sha256_blocks best = [] {
    const sha256_blocks native = native_sha256_blocks();
    return native != nullptr ? native : portable_sha256_blocks;
  }();
  return best;
}

}  // namespace opamplan::base_impl
