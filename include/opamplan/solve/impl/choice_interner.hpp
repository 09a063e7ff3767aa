/// \file
/// Adding roles and choices to the tables of a universe.
#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
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
    key_.assign(reinterpret_cast<const char*>(&role), sizeof role);
    key_.append(reinterpret_cast<const char*>(words.data()), words.size_bytes());
    const choice_id fresh{static_cast<std::uint32_t>(t_.choices.size())};
    const auto [it, added] = by_members_.try_emplace(key_, fresh);
    if (added) {
      universe_tables::choice c;
      c.role = role;
      c.first_word = static_cast<std::uint32_t>(t_.choice_words.size());
      for (const std::uint64_t word : words) {
        c.member_count += static_cast<std::uint32_t>(std::popcount(word));
      }
      t_.choice_words.insert(t_.choice_words.end(), words.begin(), words.end());
      t_.choices.push_back(c);
    }
    return it->second;
  }

 private:
  universe_tables& t_;
  std::vector<std::uint64_t> all_;
  std::string key_;
  std::unordered_map<std::string, choice_id> by_members_;
};

}  // namespace opamplan::solve_impl
