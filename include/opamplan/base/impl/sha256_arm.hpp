/// \file
/// SHA-256 with the SHA instructions of 64-bit ARM (the cryptographic extension of ARMv8).
#pragma once

#include <arm_neon.h>
#ifdef __linux__
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

#include "opamplan/base/impl/sha256_blocks.hpp"
#include "opamplan/base/impl/sha256_constants.hpp"

// GCC has the instructions for a function that asks for them; clang's headers, before 16, only
// where the whole program may use them, as on Apple's processors.
#ifdef __clang__
#define OPAMPLAN_ARM_SHA256
#else
#define OPAMPLAN_ARM_SHA256 __attribute__((target("+crypto")))
#endif

namespace opamplan::base_impl {

[[nodiscard]] inline bool has_arm_sha256() noexcept {
#ifdef __linux__
  return (::getauxval(AT_HWCAP) & HWCAP_SHA2) != 0;
#else
  return true;  // it was compiled for processors that have it
#endif
}

/// After the Arm Architecture Reference Manual, SHA256H, SHA256H2, SHA256SU0 and SHA256SU1: each
/// pass of the loop makes four rounds and the words of sixteen rounds on.
OPAMPLAN_ARM_SHA256 inline void arm_sha256_blocks(sha256_state& state, const unsigned char* blocks,
                                                  std::size_t count) {
  const auto words = [](const unsigned char* at) {
    return vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(at)));  // big-endian
  };
  uint32x4_t abcd = vld1q_u32(state.data());
  uint32x4_t efgh = vld1q_u32(state.data() + 4);
  for (; count > 0; --count, blocks += 64) {
    const uint32x4_t abcd_before = abcd;
    const uint32x4_t efgh_before = efgh;
    uint32x4_t w0 = words(blocks);
    uint32x4_t w1 = words(blocks + 16);
    uint32x4_t w2 = words(blocks + 32);
    uint32x4_t w3 = words(blocks + 48);
    for (std::size_t four = 0; four < 16; ++four) {
      const uint32x4_t added = vaddq_u32(w0, vld1q_u32(sha256_constants.data() + 4 * four));
      const uint32x4_t abcd_now = abcd;
      abcd = vsha256hq_u32(abcd, efgh, added);
      efgh = vsha256h2q_u32(efgh, abcd_now, added);
      const uint32x4_t sixteen_on = vsha256su1q_u32(vsha256su0q_u32(w0, w1), w2, w3);
      w0 = w1;
      w1 = w2;
      w2 = w3;
      w3 = sixteen_on;
    }
    abcd = vaddq_u32(abcd, abcd_before);
    efgh = vaddq_u32(efgh, efgh_before);
  }
  vst1q_u32(state.data(), abcd);
  vst1q_u32(state.data() + 4, efgh);
}

}  // namespace opamplan::base_impl

#undef OPAMPLAN_ARM_SHA256
