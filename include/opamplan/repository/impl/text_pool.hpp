/// \file
/// Values that are read from texts, each distinct text once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>
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
    const auto [it, added] =
        positions_.try_emplace(text, static_cast<std::uint32_t>(values_.size()));
    if (added) {
      texts_.push_back(text);
      values_.push_back(read());
    }
    return it->second;
  }

  /// Takes the values of another pool. By their positions there: their positions here.
  std::vector<std::uint32_t> take(text_pool&& other) {
    std::vector<std::uint32_t> moved;
    moved.reserve(other.values_.size());
    for (std::size_t i = 0; i < other.values_.size(); ++i) {
      moved.push_back(position(other.texts_[i], [&] { return std::move(other.values_[i]); }));
    }
    return moved;
  }

  [[nodiscard]] std::vector<T>& values() noexcept { return values_; }

 private:
  std::unordered_map<std::string_view, std::uint32_t> positions_;
  std::vector<std::string_view> texts_;
  std::vector<T> values_;
};

}  // namespace opamplan::repository_impl
