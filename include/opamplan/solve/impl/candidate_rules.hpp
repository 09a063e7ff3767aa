/// \file
/// The rules of candidates that are in force.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "opamplan/solve/enabled_rules.hpp"
#include "opamplan/solve/tables.hpp"

namespace opamplan::solve_impl {

/// Those of the tables that are enabled; of one role, those that it has as a root.
/// Every `visit` returns false to stop, and so do the functions then.
class candidate_rules {
 public:
  /// `root_role`: as `sat_core::options` has it. `enabled`: all if null.
  candidate_rules(const universe_tables& t, role_id root_role, const enabled_rules* enabled)
      : tables_(t), root_role_(root_role), enabled_(enabled) {}

  void set_root_role(role_id role) noexcept { root_role_ = role; }
  [[nodiscard]] role_id root_role() const noexcept { return root_role_; }

  /// Whether `c` has this rule as a root alone.
  [[nodiscard]] bool is_required_of_root_only(candidate_id c, choice_id s) const noexcept {
    return is_root(c) && !holds_member(tables_.required[c], s);
  }
  [[nodiscard]] bool is_forbidden_to_root_only(candidate_id c, choice_id s) const noexcept {
    return is_root(c) && !holds_member(tables_.forbidden[c], s);
  }
  /// Whether the candidates of a role have all their rules as roots too.
  [[nodiscard]] static bool roots_have_all_rules(const universe_tables& t, role_id r) noexcept {
    const universe_tables::role& role = t.roles[r];
    const auto has_all = [](std::span<const choice_id> as_root, std::span<const choice_id> row) {
      return std::ranges::all_of(row, [&](choice_id s) { return holds_member(as_root, s); });
    };
    for (std::uint32_t i = 0; i < role.candidate_count; ++i) {
      const candidate_id c{role.first_candidate + i};
      if (!has_all(t.root_required[c], t.required[c])) return false;
      if (!has_all(t.root_forbidden[c], t.forbidden[c])) return false;
    }
    return true;
  }

  [[nodiscard]] std::span<const choice_id> required_row(candidate_id c) const noexcept {
    return is_root(c) ? tables_.root_required[c] : tables_.required[c];
  }
  [[nodiscard]] bool requires_at(candidate_id c, std::size_t position) const noexcept {
    return is_root(c) ? holds(&enabled_rules::root_required, tables_.root_required, c, position)
                      : holds(&enabled_rules::required, tables_.required, c, position);
  }

  template <class Visit>
  bool for_each_required(candidate_id c, Visit visit) const {
    const auto row = required_row(c);
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (requires_at(c, i) && !visit(row[i])) return false;
    }
    return true;
  }
  template <class Visit>
  bool for_each_forbidden(candidate_id c, Visit visit) const {
    return for_each_forbidden_place(c, [&](choice_id s, std::size_t) { return visit(s); });
  }
  /// `visit(choice, position)`
  template <class Visit>
  bool for_each_forbidden_place(candidate_id c, Visit visit) const {
    const bool root = is_root(c);
    return for_each(root ? &enabled_rules::root_forbidden : &enabled_rules::forbidden,
                    root ? tables_.root_forbidden : tables_.forbidden, c, visit);
  }
  template <class Visit>
  bool for_each_class(candidate_id c, Visit visit) const {
    return for_each(&enabled_rules::classes, tables_.classes, c,
                    [&](std::uint32_t k, std::size_t) { return visit(k); });
  }

 private:
  [[nodiscard]] static bool holds_member(std::span<const choice_id> row, choice_id s) noexcept {
    return std::ranges::find(row, s) != row.end();
  }
  using flags = std::vector<std::uint8_t> enabled_rules::*;

  [[nodiscard]] bool is_root(candidate_id c) const noexcept {
    return tables_.candidate_roles[c] == root_role_;
  }
  template <class Rows>
  [[nodiscard]] bool holds(flags which, const Rows& rows, candidate_id c,
                           std::size_t position) const noexcept {
    return enabled_ == nullptr || (enabled_->*which)[rows.offsets[c] + position] != 0 ||
           tables_.candidate_packages[c] == package_id::none;
  }
  template <class Rows, class Visit>
  bool for_each(flags which, const Rows& rows, candidate_id c, Visit visit) const {
    const auto row = rows[c];
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (holds(which, rows, c, i) && !visit(row[i], i)) return false;
    }
    return true;
  }

  const universe_tables& tables_;
  role_id root_role_;
  const enabled_rules* enabled_;
};

}  // namespace opamplan::solve_impl
