/// \file
/// The rules of an earlier universe, where the packages that they speak of are the same.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "opamplan/base/rows.hpp"
#include "opamplan/package/dependency.hpp"
#include "opamplan/package/formula.hpp"
#include "opamplan/repository/declarations.hpp"
#include "opamplan/repository/same_names.hpp"
#include "opamplan/solve/impl/choice_interner.hpp"
#include "opamplan/solve/impl/rule_alternative.hpp"
#include "opamplan/solve/impl/rule_interner.hpp"
#include "opamplan/solve/tables.hpp"

namespace opamplan::solve_impl {

/// A universe of the same environment and options, and what its alternatives are.
struct earlier_rules {
  const repository& of;
  const universe_tables& tables;
  const std::vector<rule_alternative>& alternatives;
};

/// What a package asks for depends on its file and on the versions of the names that this speaks
/// of. Where these are the same in both repositories, so are the rules, but for the numbers of
/// names, packages and choices. They are numbered in the order in which they are taken, as they are
/// when they are read: the tables are those of a universe that is made from nothing.
class rules_heir {
 public:
  /// All of these must outlive it.
  rules_heir(const earlier_rules& old, const repository& now, const declarations& declared,
             choice_interner& choices, rule_interner& rules)
      : old_(old),
        now_(now),
        declared_(declared),
        choices_(choices),
        rules_(rules),
        same_(same_names(old.of, now)),
        taken_(old.tables.choices.size()) {
    number_packages();
    for (const declared_formula& f : declared.formulas) {
      stays_.push_back(f.settled ? stays(*f.settled) : stays(*f.written));
    }
  }

  /// The candidate that a package was, if it asks for the same; else `candidate_id::none`.
  [[nodiscard]] candidate_id find(package_id id) const {
    const package_id before = before_[id];
    if (before == package_id::none) return candidate_id::none;
    for (const auto* rows : {&declared_.depends, &declared_.conflicts, &declared_.depopts}) {
      for (const std::uint32_t at : (*rows)[id]) {
        if (!stays_[at]) return candidate_id::none;
      }
    }
    const candidate_id c = old_.tables.package_candidates[before];
    // Of the two fields in which it can stand the order is not known any more.
    return has_prohibitions(old_.tables.required, c) ||
                   has_prohibitions(old_.tables.root_required, c)
               ? candidate_id::none
               : c;
  }

  void take(const flat_rows<choice_id>& from, candidate_id c, flat_rows<choice_id>& to) {
    for (const choice_id s : from[c]) to.values.push_back(take(s));
    to.close_row();
  }
  void take(const flat_rows<name_id>& from, candidate_id c, flat_rows<name_id>& to) const {
    for (const name_id n : from[c]) to.values.push_back(same_[n]);
    to.close_row();
  }

  [[nodiscard]] const universe_tables& tables() const noexcept { return old_.tables; }

 private:
  void number_packages() {
    before_.assign(now_.size(), package_id::none);
    stayed_.assign(now_.name_count(), false);
    for (std::size_t n = 0; n < same_.size(); ++n) {
      if (same_[n] == name_id::none) continue;
      stayed_[same_[n]] = true;
      const package_range versions = old_.of.versions(name_id(n));
      std::copy(versions.begin(), versions.end(),
                before_.begin() + static_cast<std::ptrdiff_t>(now_.versions(same_[n]).first));
    }
  }

  [[nodiscard]] bool stays(name_id name) const { return name != name_id::none && stayed_[name]; }
  [[nodiscard]] bool stays(const version_set& set) const { return stays(set.name); }
  [[nodiscard]] bool stays(const filtered_atom& atom) const {
    return stays(now_.find_name(atom.name));
  }
  template <class Atom>
  [[nodiscard]] bool stays(const formula<Atom>& f) const {
    if (f.is_atom()) return stays(f.atom);
    return std::all_of(f.args.begin(), f.args.end(),
                       [&](const formula<Atom>& arg) { return stays(arg); });
  }

  [[nodiscard]] const rule_alternative* alternative(choice_id s) const {
    const role_id role = old_.tables.choices[s].role;
    if (role < same_.size()) return nullptr;
    return &*std::lower_bound(old_.alternatives.begin(), old_.alternatives.end(), role,
                              [](const rule_alternative& a, role_id r) { return a.role < r; });
  }

  [[nodiscard]] bool has_prohibitions(const flat_rows<choice_id>& rows, candidate_id c) const {
    if (rows.size() == 0) return false;
    return std::ranges::any_of(rows[c], [&](choice_id s) {
      const rule_alternative* const a = alternative(s);
      return a != nullptr && a->prohibits;
    });
  }

  choice_id take(choice_id s) {
    std::optional<choice_id>& known = taken_[s];
    if (known) return *known;
    if (const rule_alternative* const a = alternative(s)) {
      known = rules_.alternative(renumbered(a->rule), a->prohibits);
    } else {
      const name_id name = same_[old_.tables.choices[s].role];
      known = choices_.choice_of(role_of(name), old_.tables.members(s));
    }
    return *known;
  }

  [[nodiscard]] formula<version_set> renumbered(formula<version_set> f) const {
    if (f.is_atom()) {
      const package_id first = old_.of.versions(f.atom.name).first;
      f.atom.name = same_[f.atom.name];
      const package_range versions = now_.versions(f.atom.name);
      const auto moved = [&](package_id id) { return versions[id - first]; };
      for (package_range& r : f.atom.ranges) r = {moved(r.first), moved(r.last)};
    }
    for (formula<version_set>& arg : f.args) arg = renumbered(std::move(arg));
    return f;
  }

  earlier_rules old_;
  const repository& now_;
  const declarations& declared_;
  choice_interner& choices_;
  rule_interner& rules_;
  std::vector<name_id> same_;                    // by earlier name
  std::vector<bool> stayed_;                     // by name
  std::vector<package_id> before_;               // by package of a name that stayed
  std::vector<bool> stays_;                      // by formula
  std::vector<std::optional<choice_id>> taken_;  // by earlier choice
};

}  // namespace opamplan::solve_impl
