/// \file
/// SHA-256 with the SHA instructions of x86-64 (Intel Goldmont, Ice Lake; AMD Zen; and later).
#pragma once

#include <cpuid.h>
#include <immintrin.h>

#include "opamplan/base/impl/sha256_blocks.hpp"
#include "opamplan/base/impl/sha256_constants.hpp"

namespace opamplan::base_impl {

/// SHA, and SSSE3 and SSE 4.1 for the shuffles. By CPUID: `__builtin_cpu_supports` of clang 14 does
/// not know of SHA.
[[nodiscard]] inline bool has_x86_sha256() noexcept {
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0) return false;
  if ((c & bit_SSSE3) == 0 || (c & bit_SSE4_1) == 0) return false;
  constexpr unsigned sha = 1U << 29U;  // the headers of compilers do not agree on its name
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & sha) != 0;
}

/// After Intel's "New Instructions Supporting the Secure Hash Algorithm" (2013): the state is held
/// as ABEF and CDGH, each pass of the loop makes four rounds and the words of sixteen rounds on.
__attribute__((target("sha,ssse3,sse4.1"))) inline void x86_sha256_blocks(
    sha256_state& state, const unsigned char* blocks, std::size_t count) {
  auto* const halves = reinterpret_cast<__m128i*>(state.data());
  const auto* const constants = reinterpret_cast<const __m128i*>(sha256_constants.data());
  const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);

  const __m128i cdab = _mm_shuffle_epi32(_mm_loadu_si128(halves), 0xb1);
  const __m128i hgfe = _mm_shuffle_epi32(_mm_loadu_si128(halves + 1), 0x1b);
  __m128i abef = _mm_alignr_epi8(cdab, hgfe, 8);
  __m128i cdgh = _mm_blend_epi16(hgfe, cdab, 0xf0);

  for (; count > 0; --count, blocks += 64) {
    const auto* const words = reinterpret_cast<const __m128i*>(blocks);
    const __m128i abef_before = abef;
    const __m128i cdgh_before = cdgh;
    __m128i w0 = _mm_shuffle_epi8(_mm_loadu_si128(words), big_endian);
    __m128i w1 = _mm_shuffle_epi8(_mm_loadu_si128(words + 1), big_endian);
    __m128i w2 = _mm_shuffle_epi8(_mm_loadu_si128(words + 2), big_endian);
    __m128i w3 = _mm_shuffle_epi8(_mm_loadu_si128(words + 3), big_endian);
    for (std::size_t four = 0; four < 16; ++four) {
      const __m128i added = _mm_add_epi32(w0, _mm_load_si128(constants + four));
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, added);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(added, 0x0e));
      const __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), _mm_alignr_epi8(w3, w2, 4));
      w0 = w1;
      w1 = w2;
      w2 = w3;
      w3 = _mm_sha256msg2_epu32(sum, w3);
    }
    abef = _mm_add_epi32(abef, abef_before);
    cdgh = _mm_add_epi32(cdgh, cdgh_before);
  }

  const __m128i feba = _mm_shuffle_epi32(abef, 0x1b);
  const __m128i dchg = _mm_shuffle_epi32(cdgh, 0xb1);
  _mm_storeu_si128(halves, _mm_blend_epi16(feba, dchg, 0xf0));
  _mm_storeu_si128(halves + 1, _mm_alignr_epi8(dchg, feba, 8));
}

}  // namespace opamplan::base_impl
