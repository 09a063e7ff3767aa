/// \file
/// The flat arrays that a search reads: roles, candidates, choices and the rules between them.
///
/// Vocabulary (0install's, where it differs from opam's):
/// - A *role* is something of which at most one candidate is selected: a package name, or one
///   alternative (`"a" | "b"`), whose candidates are its branches.
/// - A *candidate* is a package version that may be selected, or a branch. Candidates of a role are
///   contiguous, the preferred one first.
/// - A *choice* is a set of candidates of one role. A candidate *requires* choices (one member must
///   be selected too) and *forbids* choices (no member may be selected). Choices are interned: the
///   140,000 dependency atoms of opam-repository are about 4,000 choices, and each is one variable
///   of the search, so that what is learnt about one dependent holds for all that ask the same.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "opamplan/base/index.hpp"
#include "opamplan/base/rows.hpp"
#include "opamplan/package/ids.hpp"

namespace opamplan {

using role_id = index<struct search_role>;
using candidate_id = index<struct search_candidate>;
using choice_id = index<struct search_choice>;

/// The role of which a name's versions are candidates.
[[nodiscard]] constexpr role_id role_of(name_id name) noexcept { return role_id(name.value()); }

/// Why a package version is, or is not, a candidate.
enum class availability : std::uint8_t {
  available,
  filtered,   ///< `available` is false in the environment.
  undefined,  ///< `available` needs a variable that is undefined there: counts as false.
  avoided,    ///< Every available version of the name has avoid-version, and the universe's
              ///< options say that then none is a candidate.
};

/// Everything a search reads. Real roles come first: role i is name i of the repository.
struct universe_tables {
  struct role {
    std::uint32_t first_candidate = 0;
    std::uint32_t candidate_count = 0;
    std::uint32_t first_word = 0;  ///< Of its domain, in 64-bit words; bit i is its i-th candidate.
    std::uint32_t word_count = 0;
  };
  struct choice {
    role_id role{};
    std::uint32_t first_word = 0;  ///< Of its members in `choice_words`; as many words as the role.
    std::uint32_t member_count = 0;
  };

  std::vector<role> roles;
  std::vector<role_id> candidate_roles;
  std::vector<package_id> candidate_packages;  ///< `package_id::none` for branches.
  std::vector<choice> choices;
  std::vector<std::uint64_t> choice_words;
  std::vector<choice_id> any_version;  ///< By role: the choice of all its candidates.
  flat_rows<choice_id> required;       ///< By candidate, in the order written.
  flat_rows<choice_id> forbidden;      ///< By candidate.
  flat_rows<std::uint32_t> classes;    ///< By candidate: conflict classes, of which at most one.
  std::vector<std::string> class_names;
  flat_rows<choice_id> root_required;   ///< As `required`, for roots; no rows if the same for all.
  flat_rows<choice_id> root_forbidden;  ///< As `forbidden`, likewise.
  flat_rows<name_id> optional_names;    ///< By candidate: names in `depopts`.
  flat_rows<name_id> post_only_names;   ///< By candidate: needed only through `post`.
  std::vector<candidate_id>
      package_candidates;  ///< By package; `candidate_id::none` if it is none.
  std::vector<availability> package_availability;  ///< By package.
  std::uint32_t domain_words = 0;                  ///< Of all roles together.

  [[nodiscard]] std::span<const std::uint64_t> members(choice_id id) const noexcept {
    const choice& c = choices[id];
    return std::span(choice_words).subspan(c.first_word, roles[c.role].word_count);
  }
  [[nodiscard]] bool contains(choice_id id, candidate_id candidate) const noexcept {
    const choice& c = choices[id];
    const auto bit = candidate.value() - roles[c.role].first_candidate;
    return (choice_words[c.first_word + bit / 64] >> (bit % 64) & 1U) != 0;
  }
  /// Visits candidates of a role, ascending: its i-th if bit i % 64 of `word_of(i / 64)` is set.
  /// Each word is asked for once, before any of its candidates is visited.
  template <class WordOf, class Visit>
  static void for_each_candidate(const role& of, WordOf word_of, Visit visit) {
    for (std::uint32_t w = 0; w < of.word_count; ++w) {
      for (std::uint64_t word = word_of(w); word != 0; word &= word - 1) {
        const auto bit = static_cast<std::uint32_t>(std::countr_zero(word));
        visit(candidate_id{of.first_candidate + 64 * w + bit});
      }
    }
  }
};

}  // namespace opamplan
