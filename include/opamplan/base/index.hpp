/// \file
/// Typed indices: places in a vector of things of one kind, which no other kind's place can be
/// taken for.
///
/// After rustc's `IndexVec` and OR-Tools' `StrongVector`: an index says what it counts, and the
/// compiler refuses a step where a layer is wanted.
#pragma once

#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace opamplan {

/// The place of one `Of` among others, or `none`, which is also what it begins as. Four bytes.
/// Made from a number only by name, a number again wherever one is wanted.
template <class Of>
class index {
 public:
  static const index none;

  constexpr index() = default;
  template <std::integral Number>
  constexpr explicit index(Number n) noexcept : value_(static_cast<std::uint32_t>(n)) {}

  // What is implicit here is what makes the type light: any array of numbers takes it.
  constexpr operator std::size_t() const noexcept { return value_; }  // NOLINT(*-explicit-*)
  [[nodiscard]] constexpr std::uint32_t value() const noexcept { return value_; }

  constexpr index& operator++() noexcept {
    ++value_;
    return *this;
  }

  friend constexpr bool operator==(index, index) = default;
  // clang-tidy 14 sees a null pointer in what this makes. NOLINTNEXTLINE(modernize-use-nullptr)
  friend constexpr auto operator<=>(index, index) = default;
  template <class Other>
  friend bool operator==(index, index<Other>) = delete;
  template <class Other>
  friend auto operator<=>(index, index<Other>) = delete;

 private:
  std::uint32_t value_ = std::numeric_limits<std::uint32_t>::max();
};

template <class Of>
inline constexpr index<Of> index<Of>::none{};

/// The first `count` indices, ascending.
template <class Index>
class index_range {
 public:
  explicit constexpr index_range(std::size_t count) noexcept : end_(count) {}

  class iterator {
   public:
    explicit constexpr iterator(Index at) noexcept : at_(at) {}
    constexpr Index operator*() const noexcept { return at_; }
    constexpr iterator& operator++() noexcept {
      ++at_;
      return *this;
    }
    friend constexpr bool operator==(iterator, iterator) = default;

   private:
    Index at_;
  };

  [[nodiscard]] constexpr iterator begin() const noexcept { return iterator(Index(0)); }
  [[nodiscard]] constexpr iterator end() const noexcept { return iterator(end_); }

 private:
  Index end_;
};

/// A vector whose elements are found by `Index` or by a number, and by no other index.
template <class Index, class T>
class index_vector : public std::vector<T> {
 public:
  using std::vector<T>::vector;

  [[nodiscard]] T& operator[](std::size_t i) noexcept { return this->data()[i]; }
  [[nodiscard]] const T& operator[](std::size_t i) const noexcept { return this->data()[i]; }
  [[nodiscard]] T& operator[](Index i) noexcept { return this->data()[i.value()]; }
  [[nodiscard]] const T& operator[](Index i) const noexcept { return this->data()[i.value()]; }
  template <class Other>
  T& operator[](index<Other>) const = delete;

  /// Of all elements.
  [[nodiscard]] index_range<Index> indices() const noexcept {
    return index_range<Index>(this->size());
  }
  /// Of the one that is appended next.
  [[nodiscard]] Index next() const noexcept { return Index(this->size()); }
};

}  // namespace opamplan
