/// \file
/// The variables of a search, their literals, and why one of these is true.
#pragma once

#include <cstddef>
#include <cstdint>

#include "opamplan/solve/tables.hpp"

namespace opamplan::solve_impl {

/// A variable and a sign.
struct literal {
  std::uint32_t code = 0;
  friend bool operator==(literal, literal) = default;
};

inline literal negate(literal l) noexcept { return {l.code ^ 1U}; }
inline std::uint32_t variable(literal l) noexcept { return l.code >> 1U; }
inline bool is_negative(literal l) noexcept { return (l.code & 1U) != 0; }

/// Candidates, which are selected or not, then choices, which hold or not, and then roles, which
/// are the target's or not.
class variables {
 public:
  explicit variables(const universe_tables& t)
      : candidates_(static_cast<std::uint32_t>(t.candidate_roles.size())),
        roles_(static_cast<std::uint32_t>(candidates_ + t.choices.size())),
        count_(roles_ + t.roles.size()) {}

  [[nodiscard]] std::size_t count() const noexcept { return count_; }

  [[nodiscard]] static literal is_selected(candidate_id c) noexcept { return {c.value() << 1U}; }
  [[nodiscard]] literal holds(choice_id s) const noexcept {
    return {(candidates_ + s.value()) << 1U};
  }
  [[nodiscard]] literal is_target(role_id r) const noexcept { return {(roles_ + r.value()) << 1U}; }
  [[nodiscard]] bool is_candidate(std::uint32_t var) const noexcept { return var < candidates_; }
  [[nodiscard]] bool is_role(std::uint32_t var) const noexcept { return var >= roles_; }
  [[nodiscard]] choice_id as_choice(std::uint32_t var) const noexcept {
    return choice_id{var - candidates_};
  }
  [[nodiscard]] role_id as_role(std::uint32_t var) const noexcept { return role_id{var - roles_}; }

 private:
  std::uint32_t candidates_;
  std::uint32_t roles_;
  std::size_t count_;
};

/// Why a literal is true.
struct reason {
  enum class kind : std::uint8_t {
    none,         ///< A decision, an assumption, or a fact of level 0; `arg`: see `proof`.
    implied,      ///< By the literal `arg`.
    as_target,    ///< By the literal `arg`, and by the role of the root rules being the target's.
    clause,       ///< By the learnt clause `arg`.
    no_member,    ///< A choice is false: all its members are.
    last_member,  ///< A candidate is true: the only one left of the true choice `arg`.
  };
  kind what = kind::none;
  std::uint32_t arg = 0;
};

inline reason implied_by(literal l) noexcept { return {reason::kind::implied, l.code}; }

}  // namespace opamplan::solve_impl
