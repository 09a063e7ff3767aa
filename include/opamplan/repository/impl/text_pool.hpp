/// \file
/// Values that are read from texts, each distinct text once.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

namespace opamplan::repository_impl {

/// Positions are those of first use. The texts must outlive it.
template <class T>
class text_pool {
 public:
  /// Of the text's value, which `read()` makes the first time.
  template <class Read>
  std::uint32_t position(std::string_view text, const Read& read) {
    if (2 * texts_.size() >= slots_.size()) grow();
    const std::uint64_t hash = hash_of(text);
    std::size_t at = first_slot(hash);
    for (; slots_[at] != none; at = (at + 1) & (slots_.size() - 1)) {
      const entry& e = texts_[slots_[at]];
      if (e.hash == hash && e.text == text) return slots_[at];
    }
    const auto fresh = static_cast<std::uint32_t>(texts_.size());
    slots_[at] = fresh;
    texts_.push_back({hash, text});
    values_.push_back(read());
    return fresh;
  }

  /// Takes the values of another pool. By their positions there: their positions here.
  std::vector<std::uint32_t> take(text_pool&& other) {
    std::vector<std::uint32_t> moved;
    moved.reserve(other.values_.size());
    for (std::size_t i = 0; i < other.values_.size(); ++i) {
      moved.push_back(position(other.texts_[i].text, [&] { return std::move(other.values_[i]); }));
    }
    return moved;
  }

  [[nodiscard]] std::vector<T>& values() noexcept { return values_; }

 private:
  static constexpr std::uint32_t none = 0xffffffffU;

  struct entry {
    std::uint64_t hash;
    std::string_view text;
  };

  // Eight bytes at a time, the last eight again: nearly all texts are longer, and met ten times.
  static std::uint64_t hash_of(std::string_view text) noexcept {
    std::uint64_t hash = text.size();
    const auto add = [&](const char* at) {
      std::uint64_t word = 0;
      std::memcpy(&word, at, sizeof word);
      hash = (hash ^ word) * 0x9e3779b97f4a7c15U;
      hash ^= hash >> 32U;
    };
    if (text.size() < 8) {
      char padded[8] = {};
      std::copy(text.begin(), text.end(), padded);
      add(padded);
      return hash;
    }
    for (std::size_t i = 0; i + 8 <= text.size(); i += 8) add(text.data() + i);
    add(text.data() + text.size() - 8);
    return hash;
  }

  [[nodiscard]] std::size_t first_slot(std::uint64_t hash) const noexcept {
    return static_cast<std::size_t>(hash) & (slots_.size() - 1);
  }

  void grow() {
    slots_.assign(std::max<std::size_t>(64, 4 * slots_.size()), none);
    for (std::uint32_t i = 0; i < texts_.size(); ++i) {
      std::size_t at = first_slot(texts_[i].hash);
      while (slots_[at] != none) at = (at + 1) & (slots_.size() - 1);
      slots_[at] = i;
    }
  }

  std::vector<std::uint32_t> slots_;  // a hash table, open addressing; a power of two, half empty
  std::vector<entry> texts_;
  std::vector<T> values_;
};

}  // namespace opamplan::repository_impl
