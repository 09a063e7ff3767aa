/// \file
/// The function of SHA-256 that takes in whole blocks: in C++, and with a processor's instructions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "opamplan/base/config.hpp"

namespace opamplan::base_impl {

using sha256_state = std::array<std::uint32_t, 8>;

/// Takes `count` blocks of 64 bytes into the state.
using sha256_blocks = void (*)(sha256_state&, const unsigned char* blocks, std::size_t count);

/// Runs anywhere; about 300 MB/s.
void portable_sha256_blocks(sha256_state& state, const unsigned char* blocks, std::size_t count);

/// With the instructions of this processor for it; null if it has none.
[[nodiscard]] sha256_blocks native_sha256_blocks() noexcept;

/// The native one where there is one, else the portable one.
[[nodiscard]] sha256_blocks best_sha256_blocks() noexcept;

}  // namespace opamplan::base_impl

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/base/impl/sha256_blocks.ipp"
#endif
