/// \file
/// Adding roles and choices to the tables of a universe.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "opamplan/solve/tables.hpp"

namespace opamplan::solve_impl {

inline void set_bit(std::span<std::uint64_t> words, std::size_t bit) noexcept {
  words[bit / 64] |= std::uint64_t{1} << (bit % 64);
}

/// Equal sets of candidates are one choice.
class choice_interner {
 public:
  explicit choice_interner(universe_tables& tables) : t_(tables) {}

  /// With candidates that are no packages yet, and the choice of all.
  role_id add_role(std::uint32_t candidate_count) {
    universe_tables::role role;
    role.first_candidate = static_cast<std::uint32_t>(t_.candidate_roles.size());
    role.candidate_count = candidate_count;
    role.first_word = t_.domain_words;
    role.word_count = (candidate_count + 63) / 64;
    t_.domain_words += role.word_count;
    const role_id id{static_cast<std::uint32_t>(t_.roles.size())};
    t_.roles.push_back(role);
    t_.candidate_roles.resize(t_.candidate_roles.size() + candidate_count, id);
    t_.candidate_packages.resize(t_.candidate_roles.size(), package_id::none);
    all_.assign(role.word_count, 0);
    for (std::uint32_t i = 0; i < candidate_count; ++i) set_bit(all_, i);
    t_.any_version.push_back(choice_of(id, all_));
    return id;
  }

  /// The choice of the members in `words`, bit i being the role's i-th candidate.
  choice_id choice_of(role_id role, std::span<const std::uint64_t> words) {
    if (2 * t_.choices.size() >= slots_.size()) grow();
    choice_id& slot = slots_[slot_of(role, words)];
    if (slot == choice_id::none) {
      slot = choice_id(t_.choices.size());
      universe_tables::choice c;
      c.role = role;
      c.first_word = static_cast<std::uint32_t>(t_.choice_words.size());
      for (const std::uint64_t word : words) {
        c.member_count += static_cast<std::uint32_t>(std::popcount(word));
      }
      t_.choice_words.insert(t_.choice_words.end(), words.begin(), words.end());
      t_.choices.push_back(c);
    }
    return slot;
  }

 private:
  // Of this choice, or the empty one where it belongs.
  [[nodiscard]] std::size_t slot_of(role_id role, std::span<const std::uint64_t> words) const {
    std::uint64_t hash = role.value();
    for (const std::uint64_t word : words) {
      hash = (hash ^ word) * 0x9e3779b97f4a7c15U;
      hash ^= hash >> 32U;
    }
    hash *= 0x9e3779b97f4a7c15U;
    const std::size_t last = slots_.size() - 1;
    std::size_t at = static_cast<std::size_t>(hash >> 32U) & last;
    while (slots_[at] != choice_id::none && !(t_.choices[slots_[at]].role == role &&
                                              std::ranges::equal(t_.members(slots_[at]), words))) {
      at = (at + 1) & last;
    }
    return at;
  }

  void grow() {
    slots_.assign(std::max<std::size_t>(1024, 2 * slots_.size()), choice_id::none);
    for (std::size_t i = 0; i < t_.choices.size(); ++i) {
      slots_[slot_of(t_.choices[i].role, t_.members(choice_id(i)))] = choice_id(i);
    }
  }

  universe_tables& t_;
  std::vector<std::uint64_t> all_;
  std::vector<choice_id> slots_;  // a hash table, open addressing; a power of two, half empty
};

}  // namespace opamplan::solve_impl
