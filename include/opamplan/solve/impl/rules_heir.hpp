/// \file
/// The rules of an earlier universe, where the packages that they speak of are the same.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "opamplan/base/rows.hpp"
#include "opamplan/package/dependency.hpp"
#include "opamplan/package/environment.hpp"
#include "opamplan/package/formula.hpp"
#include "opamplan/repository/declarations.hpp"
#include "opamplan/repository/same_names.hpp"
#include "opamplan/solve/impl/choice_interner.hpp"
#include "opamplan/solve/impl/rule_alternative.hpp"
#include "opamplan/solve/impl/rule_interner.hpp"
#include "opamplan/solve/impl/variable_difference.hpp"
#include "opamplan/solve/tables.hpp"
#include "opamplan/solve/universe.hpp"

namespace opamplan::solve_impl {

/// A universe, and what its alternatives are.
struct earlier_rules {
  const repository& of;
  const environment& env;
  const universe_options& options;
  const universe_tables& tables;
  const std::vector<rule_alternative>& alternatives;
};

/// What a package asks for depends on its file, on the variables that its filters mention and on
/// the candidates of the names that it speaks of. Where these are the same in both universes, so
/// are the rules, but for the numbers of names, packages and choices. They are numbered in the
/// order in which they are taken, as they are when they are read: the tables are those of a
/// universe that is made from nothing.
class rules_heir {
 public:
  /// All of these must outlive it. `tables` have the candidates of names already.
  rules_heir(const earlier_rules& old, const repository& now, const environment& env,
             const universe_options& options, const universe_tables& tables,
             const declarations& declared, choice_interner& choices, rule_interner& rules)
      : old_(old),
        now_(now),
        t_(tables),
        declared_(declared),
        choices_(choices),
        rules_(rules),
        same_(same_names(old.of, now)),
        taken_(old.tables.choices.size()) {
    find_candidates();
    const bool had_roots = old.tables.root_required.size() != 0;
    rows_[0] = {&old.tables.required, &old.tables.forbidden};
    rows_[1] = {had_roots ? &old.tables.root_required : rows_[0].required,
                had_roots ? &old.tables.root_forbidden : rows_[0].forbidden};
    variable_difference differ[2];
    for (variable_difference& d : differ) d.add(old.env, env);
    differ[0].add(old.options.dependencies, options.dependencies);
    differ[1].add(old.options.root_dependencies, options.root_dependencies);
    for (const declared_formula& f : declared.formulas) {
      const bool here = f.settled ? stays(*f.settled) : stays(*f.written);
      for (std::size_t root = 0; root < 2; ++root) {
        stays_[root].push_back(here && (f.settled || !differ[root].touches(*f.written)) ? 1 : 0);
      }
    }
  }

  /// The candidate that a package was, if it asks for the same, as a root or not; else
  /// `candidate_id::none`.
  [[nodiscard]] candidate_id find(package_id id, bool root) const {
    const candidate_id c = before_[id];
    if (c == candidate_id::none) return c;
    for (const auto* rows : {&declared_.depends, &declared_.conflicts, &declared_.depopts}) {
      for (const std::uint32_t at : (*rows)[id]) {
        if (stays_[root ? 1 : 0][at] == 0) return candidate_id::none;
      }
    }
    // Of the two fields in which a prohibition can stand the order is not known any more.
    return has_prohibitions((*rows_[root ? 1 : 0].required)[c]) ? candidate_id::none : c;
  }

  /// The next row of each, from a candidate that was found.
  void take_rules(candidate_id c, bool root, flat_rows<choice_id>& required,
                  flat_rows<choice_id>& forbidden) {
    const earlier_rows from = rows_[root ? 1 : 0];
    take((*from.required)[c], required);
    take((*from.forbidden)[c], forbidden);
  }
  void take_names(candidate_id c, flat_rows<name_id>& optional, flat_rows<name_id>& post_only) {
    take(old_.tables.optional_names[c], optional);
    take(old_.tables.post_only_names[c], post_only);
  }

 private:
  struct earlier_rows {
    const flat_rows<choice_id>* required = nullptr;
    const flat_rows<choice_id>* forbidden = nullptr;
  };

  // Names stay if they have the same candidates, in whatever order.
  void find_candidates() {
    before_.assign(now_.size(), candidate_id::none);
    stayed_.assign(now_.name_count(), 0);
    reordered_.assign(now_.name_count(), 0);
    for (std::size_t n = 0; n < same_.size(); ++n) {
      if (same_[n] == name_id::none) continue;
      const universe_tables::role& was = old_.tables.roles[n];
      const universe_tables::role& is = t_.roles[same_[n]];
      bool stays = was.candidate_count == is.candidate_count;
      for (std::uint32_t i = 0; i < was.candidate_count; ++i) {
        const candidate_id c(was.first_candidate + i);
        const package_id id = moved(name_id(n), old_.tables.candidate_packages[c]);
        const candidate_id now = t_.package_candidates[id];
        if (now != candidate_id(is.first_candidate + i)) reordered_[same_[n]] = 1;
        stays = stays && now != candidate_id::none;
        before_[id] = c;
      }
      stayed_[same_[n]] = stays ? 1 : 0;
    }
  }

  // A version of a name that is the same.
  [[nodiscard]] package_id moved(name_id name, package_id id) const {
    return now_.versions(same_[name])[id - old_.of.versions(name).first];
  }

  [[nodiscard]] bool stays(name_id name) const {
    return name != name_id::none && stayed_[name] != 0;
  }
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

  [[nodiscard]] bool has_prohibitions(std::span<const choice_id> row) const {
    return std::ranges::any_of(row, [&](choice_id s) {
      const rule_alternative* const a = alternative(s);
      return a != nullptr && a->prohibits;
    });
  }

  void take(std::span<const choice_id> from, flat_rows<choice_id>& to) {
    for (const choice_id s : from) {
      choice_id& known = taken_[s];
      if (known == choice_id::none) known = taken(s);
      to.values.push_back(known);
    }
    to.close_row();
  }
  void take(std::span<const name_id> from, flat_rows<name_id>& to) const {
    for (const name_id n : from) to.values.push_back(same_[n]);
    to.close_row();
  }

  choice_id taken(choice_id s) {
    if (const rule_alternative* const a = alternative(s)) {
      return rules_.alternative(renumbered(a->rule), a->prohibits);
    }
    const name_id before(old_.tables.choices[s].role.value());
    const name_id name = same_[before];
    return choices_.choice_of(
        role_of(name), reordered_[name] == 0 ? old_.tables.members(s) : reordered(before, s));
  }

  // The members of a choice where the candidates of its name stand in another order.
  [[nodiscard]] std::span<const std::uint64_t> reordered(name_id before, choice_id s) {
    const universe_tables::role& was = old_.tables.roles[before];
    const universe_tables::role& is = t_.roles[same_[before]];
    const auto members = old_.tables.members(s);
    words_.assign(members.size(), 0);
    universe_tables::for_each_candidate(
        was, [&](std::uint32_t w) { return members[w]; },
        [&](candidate_id c) {
          const package_id id = moved(before, old_.tables.candidate_packages[c]);
          set_bit(words_, t_.package_candidates[id].value() - is.first_candidate);
        });
    return words_;
  }

  [[nodiscard]] formula<version_set> renumbered(formula<version_set> f) const {
    if (f.is_atom()) {
      const name_id before = f.atom.name;
      f.atom.name = same_[before];
      for (package_range& r : f.atom.ranges) r = {moved(before, r.first), moved(before, r.last)};
    }
    for (formula<version_set>& arg : f.args) arg = renumbered(std::move(arg));
    return f;
  }

  earlier_rules old_;
  const repository& now_;
  const universe_tables& t_;
  const declarations& declared_;
  choice_interner& choices_;
  rule_interner& rules_;
  std::vector<name_id> same_;                       // by earlier name
  std::vector<std::uint8_t> stayed_;                // by name
  std::vector<std::uint8_t> reordered_;             // by name that stayed
  std::vector<candidate_id> before_;                // by package
  std::array<earlier_rows, 2> rows_;                // of roots or not
  std::array<std::vector<std::uint8_t>, 2> stays_;  // likewise, by formula
  std::vector<choice_id> taken_;                    // by earlier choice
  std::vector<std::uint64_t> words_;
};

}  // namespace opamplan::solve_impl
