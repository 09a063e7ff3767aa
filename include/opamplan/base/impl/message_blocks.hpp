/// \file
/// Messages cut into blocks and padded, as MD5 and the SHA-2 family have them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace opamplan::base_impl {

/// Calls `take(block)` for each block of `size` bytes: the message, a bit, zeros up to a block's
/// end less `length_size` bytes, and there the length in bits, its lowest byte first if `little`.
template <class Take>
void for_each_block(std::string_view bytes, std::size_t size, std::size_t length_size, bool little,
                    const Take& take) {
  const std::uint64_t bits = std::uint64_t{8} * bytes.size();
  while (bytes.size() >= size) {
    take(reinterpret_cast<const unsigned char*>(bytes.data()));
    bytes.remove_prefix(size);
  }
  std::string end(bytes);
  end += '\x80';
  while (end.size() % size != size - length_size) end += '\0';
  end.append(length_size - 8, '\0');  // no message has so many bits
  for (std::size_t i = 0; i < 8; ++i) {
    end += static_cast<char>(bits >> (8 * (little ? i : 7 - i)));
  }
  for (std::size_t i = 0; i < end.size(); i += size) {
    take(reinterpret_cast<const unsigned char*>(end.data() + i));
  }
}

/// A word of so many bytes at `from`.
template <class Word>
[[nodiscard]] Word word_at(const unsigned char* from, bool little) noexcept {
  Word word = 0;
  for (std::size_t i = 0; i < sizeof(Word); ++i) {
    const std::size_t place = little ? i : sizeof(Word) - 1 - i;
    word |= static_cast<Word>(from[i]) << (8 * place);
  }
  return word;
}

/// The words of a digest, in lower-case hexadecimal.
template <class Words>
[[nodiscard]] std::string hex_of(const Words& words, bool little) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const auto word : words) {
    for (std::size_t i = 0; i < sizeof(word); ++i) {
      const auto byte =
          static_cast<unsigned char>(word >> (8 * (little ? i : sizeof(word) - 1 - i)));
      out += digits[byte >> 4U];
      out += digits[byte & 15U];
    }
  }
  return out;
}

}  // namespace opamplan::base_impl
