/// \file
/// Variables by how often recent conflicts met them: the order of free decisions.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace opamplan::solve_impl {

/// A binary heap of variables by activity that decays exponentially (Moskewicz et al. 2001; as in
/// Een and Sorensson 2003). Variables that no conflict met are not in it. Empty, it costs nothing.
class activity_order {
 public:
  /// Forgets all. Linear in the variables.
  void clear() {
    for (const std::uint32_t v : met_) {
      activity_[v] = 0;
      place_[v] = absent;
    }
    met_.clear();
    heap_.clear();
    increment_ = 1;
    std::fill(last_.begin(), last_.end(), std::uint8_t{0});
  }

  void resize(std::size_t variables) {
    activity_.resize(variables, 0);
    place_.resize(variables, absent);
    last_.resize(variables, 0);
  }

  void bump(std::uint32_t v) {
    if (activity_[v] == 0) met_.push_back(v);
    activity_[v] += increment_;
    if (activity_[v] > 1e100) {
      for (const std::uint32_t m : met_) activity_[m] *= 1e-100;
      increment_ *= 1e-100;
    }
    if (place_[v] != absent) rise(place_[v]);
  }

  void decay() noexcept { increment_ /= 0.95; }

  /// Puts `v` back, if a conflict met it, which had this value (phase saving, Pipatsrisawat and
  /// Darwiche 2007).
  void put(std::uint32_t v, std::uint8_t value) {
    last_[v] = value;
    if (place_[v] != absent || activity_[v] == 0) return;
    place_[v] = static_cast<std::uint32_t>(heap_.size());
    heap_.push_back(v);
    rise(place_[v]);
  }

  /// 0: it had none.
  [[nodiscard]] std::uint8_t last_value(std::uint32_t v) const noexcept { return last_[v]; }

  [[nodiscard]] bool empty() const noexcept { return heap_.empty(); }

  /// Takes out the most active one.
  std::uint32_t take() {
    const std::uint32_t top = heap_.front();
    place_[top] = absent;
    const std::uint32_t last = heap_.back();
    heap_.pop_back();
    if (!heap_.empty()) {
      heap_[0] = last;
      place_[last] = 0;
      sink(0);
    }
    return top;
  }

 private:
  static constexpr std::uint32_t absent = 0xffffffffU;

  void exchange(std::uint32_t a, std::uint32_t b) {
    std::swap(heap_[a], heap_[b]);
    place_[heap_[a]] = a;
    place_[heap_[b]] = b;
  }
  // Equal activities: the lower variable first, so that nothing depends on what was in the heap.
  [[nodiscard]] bool before(std::uint32_t a, std::uint32_t b) const noexcept {
    const double x = activity_[heap_[a]];
    const double y = activity_[heap_[b]];
    return x > y || (x == y && heap_[a] < heap_[b]);
  }
  void rise(std::uint32_t at) {
    for (; at != 0 && before(at, (at - 1) / 2); at = (at - 1) / 2) exchange(at, (at - 1) / 2);
  }
  void sink(std::uint32_t at) {
    while (true) {
      std::uint32_t child = 2 * at + 1;
      if (child >= heap_.size()) return;
      if (child + 1 < heap_.size() && before(child + 1, child)) ++child;
      if (!before(child, at)) return;
      exchange(at, child);
      at = child;
    }
  }

  std::vector<double> activity_;
  std::vector<std::uint32_t> place_;
  std::vector<std::uint32_t> heap_;
  std::vector<std::uint32_t> met_;
  std::vector<std::uint8_t> last_;
  double increment_ = 1;
};

}  // namespace opamplan::solve_impl
