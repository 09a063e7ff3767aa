/// \file
/// Formulas as rules of the tables: choices that are required or forbidden.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "opamplan/package/formula.hpp"
#include "opamplan/repository/version_sets.hpp"
#include "opamplan/solve/impl/choice_interner.hpp"
#include "opamplan/solve/impl/rule_alternative.hpp"
#include "opamplan/solve/impl/version_members.hpp"
#include "opamplan/solve/tables.hpp"

namespace opamplan::solve_impl {

/// What one formula asks for.
struct interned_rules {
  std::vector<choice_id> required;
  std::vector<choice_id> forbidden;
};

/// Branches of alternatives are numbered as they are met, and their own rules written in the end.
class rule_interner {
 public:
  rule_interner(universe_tables& tables, choice_interner& choices, version_members& members)
      : t_(tables), choices_(choices), members_(members) {}

  void add_requirements(const formula<version_set>& f, interned_rules& to) {
    if (f.is_atom()) {
      to.required.push_back(matching(f.atom));
    } else if (f.is_disjunction()) {
      to.required.push_back(alternative(f, false));
    } else {
      for (const formula<version_set>& arg : f.args) add_requirements(arg, to);
    }
  }

  /// Conflicts with a | b exclude both; conflicts with a & b are an alternative of exclusions.
  void add_prohibitions(const formula<version_set>& f, interned_rules& to) {
    if (f.is_atom()) {
      if (f.atom.name != name_id::none) to.forbidden.push_back(matching(f.atom));
    } else if (f.is_conjunction()) {
      to.required.push_back(alternative(f, true));
    } else {
      for (const formula<version_set>& arg : f.args) add_prohibitions(arg, to);
    }
  }

  /// That one of several holds, of requirements or of prohibitions: the choice of all branches.
  choice_id alternative(const formula<version_set>& f, bool prohibits) {
    std::string key(1, prohibits ? '!' : '|');
    append_key(f, key);
    const auto known = by_rule_.find(key);
    if (known != by_rule_.end()) return known->second;
    std::vector<const formula<version_set>*> args;
    flatten(f, prohibits, args);
    const role_id role = choices_.add_role(static_cast<std::uint32_t>(args.size()));
    for (const formula<version_set>* arg : args) branches_.push_back({*arg, prohibits});
    alternatives_.push_back({role, f, prohibits});
    const choice_id id = t_.any_version[role];
    by_rule_.emplace(std::move(key), id);
    return id;
  }

  /// All that there are, by role.
  [[nodiscard]] std::vector<rule_alternative> take_alternatives() {
    return std::move(alternatives_);
  }

  /// Calls `write(rules)` for each branch in its turn. Branches may hold alternatives themselves.
  template <class Write>
  void take_branches(const Write& write) {
    for (; !branches_.empty(); branches_.pop_front()) {
      const branch b = std::move(branches_.front());
      interned_rules rules;
      if (b.prohibits) {
        add_prohibitions(b.rule, rules);
      } else {
        add_requirements(b.rule, rules);
      }
      write(rules);
    }
  }

 private:
  struct branch {
    formula<version_set> rule;
    bool prohibits;
  };

  choice_id matching(const version_set& set) {
    if (set.name == name_id::none) return t_.any_version[missing_role()];
    return choices_.choice_of(role_of(set.name), members_.of(set));
  }

  // Stands for every name that the repository lacks.
  role_id missing_role() {
    if (!missing_role_) missing_role_ = choices_.add_role(0);
    return *missing_role_;
  }

  static void append_key(std::uint32_t number, std::string& out) {
    out.append(reinterpret_cast<const char*>(&number), sizeof number);
  }
  static void append_key(const formula<version_set>& f, std::string& out) {
    out += static_cast<char>(f.kind);
    if (f.is_atom()) {
      append_key(f.atom.name.value(), out);
      append_key(static_cast<std::uint32_t>(f.atom.ranges.size()), out);
      for (const package_range range : f.atom.ranges) {
        append_key(range.first.value(), out);
        append_key(range.last.value(), out);
      }
    } else {
      append_key(static_cast<std::uint32_t>(f.args.size()), out);
      for (const formula<version_set>& arg : f.args) append_key(arg, out);
    }
  }

  // Nested alternatives of the same kind are one, as in 0install.
  static void flatten(const formula<version_set>& f, bool prohibits,
                      std::vector<const formula<version_set>*>& out) {
    if (prohibits ? f.is_conjunction() : f.is_disjunction()) {
      for (const formula<version_set>& arg : f.args) flatten(arg, prohibits, out);
    } else {
      out.push_back(&f);
    }
  }

  universe_tables& t_;
  choice_interner& choices_;
  version_members& members_;
  std::unordered_map<std::string, choice_id> by_rule_;
  std::vector<rule_alternative> alternatives_;
  std::optional<role_id> missing_role_;
  std::deque<branch> branches_;
};

}  // namespace opamplan::solve_impl
