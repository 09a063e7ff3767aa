/// \file
/// By role what can still be selected, what is, and what is asked of it.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "opamplan/solve/tables.hpp"

namespace opamplan::solve_impl {

/// The domain of a role is a bit set: its candidates that are not excluded. Selecting one leaves
/// the others in it, for propagation to exclude. Follows the trail: what it does is undone in the
/// opposite order.
class domains {
 public:
  explicit domains(const universe_tables& t)
      : tables_(t),
        words_(t.domain_words),
        sizes_(t.roles.size()),
        selected_(t.roles.size(), candidate_id::none),
        required_(t.roles.size(), choice_id::none),
        required_before_(t.choices.size(), choice_id::none),
        of_class_(t.class_names.size(), candidate_id::none) {
    for (std::size_t r = 0; r < t.roles.size(); ++r) {
      const auto& role = t.roles[r];
      sizes_[r] = role.candidate_count;
      for (std::uint32_t i = 0; i < role.candidate_count; ++i) {
        words_[role.first_word + i / 64] |= std::uint64_t{1} << (i % 64);
      }
    }
  }

  /// `best` is one of these as long as it can be; at most one a role.
  void prefer(std::span<const candidate_id> list) {
    preferred_.assign(list.empty() ? 0 : sizes_.size(), candidate_id::none);
    for (const candidate_id c : list) preferred_[role_of(c)] = c;
  }

  void exclude(candidate_id c) noexcept {
    const auto [word, bit] = place_of(c);
    words_[word] &= ~bit;
    --sizes_[role_of(c)];
  }
  void readmit(candidate_id c) noexcept {
    const auto [word, bit] = place_of(c);
    words_[word] |= bit;
    ++sizes_[role_of(c)];
  }
  void select(candidate_id c) noexcept { selected_[role_of(c)] = c; }
  void unselect(candidate_id c) noexcept {
    selected_[role_of(c)] = candidate_id::none;
    // All its classes: which rules are enabled may have changed since.
    for (const std::uint32_t k : tables_.classes[c]) {
      if (of_class_[k] == c) of_class_[k] = candidate_id::none;
    }
  }
  /// Of a class the first one that is selected has it.
  void join(candidate_id c, std::uint32_t k) noexcept {
    if (of_class_[k] == candidate_id::none) of_class_[k] = c;
  }
  /// Of a choice that has become true.
  void require(choice_id s) noexcept {
    choice_id& last = required_[tables_.choices[s].role];
    required_before_[s] = last;
    last = s;
  }
  /// The opposite, if it was required at all.
  void release(choice_id s) noexcept {
    choice_id& last = required_[tables_.choices[s].role];
    if (last == s) last = required_before_[s];
  }

  [[nodiscard]] candidate_id selected(role_id r) const noexcept { return selected_[r]; }
  [[nodiscard]] std::uint32_t size(role_id r) const noexcept { return sizes_[r]; }
  [[nodiscard]] candidate_id of_class(std::uint32_t k) const noexcept { return of_class_[k]; }
  /// The choice that was required last, or none; and the one before it.
  [[nodiscard]] choice_id required(role_id r) const noexcept { return required_[r]; }
  [[nodiscard]] choice_id required_before(choice_id s) const noexcept {
    return required_before_[s];
  }
  [[nodiscard]] bool has(candidate_id c) const noexcept {
    const auto [word, bit] = place_of(c);
    return (words_[word] & bit) != 0;
  }

  /// Whether a member of `s` can still be selected.
  [[nodiscard]] bool meets(choice_id s) const noexcept {
    const auto& role = role_of(s);
    const auto members = tables_.members(s);
    for (std::uint32_t w = 0; w < role.word_count; ++w) {
      if ((words_[role.first_word + w] & members[w]) != 0) return true;
    }
    return false;
  }

  /// The candidate of `r` to try first among those still possible, or none.
  [[nodiscard]] candidate_id best(role_id r) const noexcept {
    if (!preferred_.empty()) {
      const candidate_id c = preferred_[r];
      if (c != candidate_id::none && has(c)) return c;
    }
    return first(r);
  }

  /// The first one in the order of the tables, or none.
  [[nodiscard]] candidate_id first(role_id r) const noexcept {
    const auto& role = tables_.roles[r];
    for (std::uint32_t w = 0; w < role.word_count; ++w) {
      const std::uint64_t word = words_[role.first_word + w];
      if (word == 0) continue;
      const auto bit = static_cast<std::uint32_t>(std::countr_zero(word));
      return candidate_id{role.first_candidate + 64 * w + bit};
    }
    return candidate_id::none;
  }

  /// Visits those of the role of `c` that are possible beside it. `visit` may exclude what it is
  /// given; so may the next two.
  template <class Visit>
  void for_each_rival(candidate_id c, Visit visit) const {
    const auto& role = tables_.roles[role_of(c)];
    const place own = place_of(c);
    for_each(
        role,
        [&](std::uint32_t w) {
          return role.first_word + w == own.word ? ~own.bit : ~std::uint64_t{0};
        },
        visit);
  }
  /// Those possible that are members of `s`.
  template <class Visit>
  void for_each_member(choice_id s, Visit visit) const {
    const auto members = tables_.members(s);
    for_each(
        role_of(s), [&](std::uint32_t w) { return members[w]; }, visit);
  }
  /// Those possible that are not.
  template <class Visit>
  void for_each_other(choice_id s, Visit visit) const {
    const auto members = tables_.members(s);
    for_each(
        role_of(s), [&](std::uint32_t w) { return ~members[w]; }, visit);
  }

 private:
  struct place {
    std::size_t word;
    std::uint64_t bit;
  };
  [[nodiscard]] role_id role_of(candidate_id c) const noexcept {
    return tables_.candidate_roles[c];
  }
  [[nodiscard]] const universe_tables::role& role_of(choice_id s) const noexcept {
    return tables_.roles[tables_.choices[s].role];
  }
  [[nodiscard]] place place_of(candidate_id c) const noexcept {
    const auto& role = tables_.roles[role_of(c)];
    const std::uint32_t i = c.value() - role.first_candidate;
    return {role.first_word + i / 64, std::uint64_t{1} << (i % 64)};
  }
  // Those possible whose bits `mask(word)` has.
  template <class Mask, class Visit>
  void for_each(const universe_tables::role& role, Mask mask, Visit visit) const {
    const auto possible = [&](std::uint32_t w) { return words_[role.first_word + w] & mask(w); };
    universe_tables::for_each_candidate(role, possible, visit);
  }

  const universe_tables& tables_;
  std::vector<std::uint64_t> words_;
  std::vector<std::uint32_t> sizes_;  // by role, as are the next two
  std::vector<candidate_id> selected_;
  std::vector<choice_id> required_;         // its last true choice
  std::vector<choice_id> required_before_;  // by choice: the true one of its role before it
  std::vector<candidate_id> of_class_;      // by conflict class
  std::vector<candidate_id> preferred_;     // by role; empty if nothing is preferred
};

}  // namespace opamplan::solve_impl
