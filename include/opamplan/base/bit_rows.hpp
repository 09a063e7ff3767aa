/// \file
/// Sets of small numbers as rows of bits, for closures of dense graphs.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace opamplan {

/// `rows` sets of numbers below `bound`, all empty at first.
class bit_rows {
 public:
  bit_rows(std::size_t rows, std::size_t bound)
      : words_((bound + 63) / 64), bits_(rows * words_, 0) {}

  [[nodiscard]] bool holds(std::size_t row, std::size_t number) const noexcept {
    return (bits_[row * words_ + number / 64] >> (number % 64) & 1U) != 0;
  }
  void add(std::size_t row, std::size_t number) noexcept {
    bits_[row * words_ + number / 64] |= std::uint64_t{1} << (number % 64);
  }
  /// All that another row holds too; 64 at a time.
  void add_row(std::size_t row, std::size_t other) noexcept {
    for (std::size_t w = 0; w < words_; ++w) bits_[row * words_ + w] |= bits_[other * words_ + w];
  }
  [[nodiscard]] std::size_t count(std::size_t row) const noexcept {
    std::size_t sum = 0;
    for (std::size_t w = 0; w < words_; ++w) {
      sum += static_cast<std::size_t>(std::popcount(bits_[row * words_ + w]));
    }
    return sum;
  }

 private:
  std::size_t words_;  // a row
  std::vector<std::uint64_t> bits_;
};

}  // namespace opamplan
