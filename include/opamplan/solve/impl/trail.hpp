/// \file
/// What is assigned, in the order in which it was, and at which level.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "opamplan/solve/impl/literal.hpp"

namespace opamplan::solve_impl {

/// The trail of a search (Marques-Silva and Sakallah 1996), with the queue of what is still to be
/// propagated at its end. A variable is on it at most once, and has a value exactly if it is.
class trail {
 public:
  explicit trail(std::size_t variables)
      : values_(variables), levels_(variables), reasons_(variables) {}

  [[nodiscard]] std::size_t variables() const noexcept { return values_.size(); }

  /// 0 unassigned, 1 true, 2 false.
  [[nodiscard]] std::uint8_t value_of(std::uint32_t var) const noexcept { return values_[var]; }
  [[nodiscard]] bool is_assigned(literal l) const noexcept { return values_[variable(l)] != 0; }
  [[nodiscard]] bool is_true(literal l) const noexcept {
    return values_[variable(l)] == (is_negative(l) ? 2 : 1);
  }
  [[nodiscard]] bool is_false(literal l) const noexcept {
    return values_[variable(l)] == (is_negative(l) ? 1 : 2);
  }
  /// Of a variable that is assigned; so is the next.
  [[nodiscard]] std::uint32_t level_of(std::uint32_t var) const noexcept { return levels_[var]; }
  [[nodiscard]] reason& reason_of(std::uint32_t var) noexcept { return reasons_[var]; }
  [[nodiscard]] const reason& reason_of(std::uint32_t var) const noexcept { return reasons_[var]; }

  [[nodiscard]] std::uint32_t level() const noexcept {
    return static_cast<std::uint32_t>(begins_.size());
  }
  /// How many literals were assigned when a level above 0 began.
  [[nodiscard]] std::size_t begin_of(std::uint32_t level) const noexcept {
    return begins_[level - 1];
  }
  [[nodiscard]] std::size_t size() const noexcept { return literals_.size(); }
  [[nodiscard]] literal operator[](std::size_t i) const noexcept { return literals_[i]; }
  [[nodiscard]] literal back() const noexcept { return literals_.back(); }
  [[nodiscard]] auto begin() const noexcept { return literals_.begin(); }
  [[nodiscard]] auto end() const noexcept { return literals_.end(); }

  void push(literal l, reason why) {
    assert(!is_assigned(l));
    const std::uint32_t var = variable(l);
    values_[var] = is_negative(l) ? 2 : 1;
    levels_[var] = level();
    reasons_[var] = why;
    literals_.push_back(l);
  }

  void new_level() {
    assert(!waits());
    begins_.push_back(static_cast<std::uint32_t>(size()));
  }

  /// Takes away all that is above a level, the last first: `undo(literal)` before each goes.
  template <class Undo>
  void backtrack(std::uint32_t to_level, Undo undo) {
    if (level() > to_level) {
      shrink(begins_[to_level], undo);
      begins_.resize(to_level);
    }
  }

  /// The same for level 0.
  template <class Undo>
  void clear(Undo undo) {
    shrink(0, undo);
    begins_.clear();
  }

  /// Whether there is something that `next` has not given out.
  [[nodiscard]] bool waits() const noexcept { return propagated_ < literals_.size(); }
  literal next() noexcept { return literals_[propagated_++]; }

 private:
  template <class Undo>
  void shrink(std::size_t to, Undo undo) {
    while (literals_.size() > to) {
      undo(literals_.back());
      values_[variable(literals_.back())] = 0;
      literals_.pop_back();
    }
    if (propagated_ > to) propagated_ = to;
  }

  std::vector<std::uint8_t> values_;  // by variable, as are the next two
  std::vector<std::uint32_t> levels_;
  std::vector<reason> reasons_;
  std::vector<literal> literals_;
  std::size_t propagated_ = 0;
  std::vector<std::uint32_t> begins_;  // by level, from 1
};

}  // namespace opamplan::solve_impl
