/// \file
/// What an earlier repository declared, where the files are the same: only the others are read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "opamplan/base/index.hpp"
#include "opamplan/package/dependency.hpp"
#include "opamplan/package/environment.hpp"
#include "opamplan/repository/impl/find_texts.hpp"
#include "opamplan/repository/impl/read_texts.hpp"
#include "opamplan/repository/impl/state.hpp"
#include "opamplan/repository/version_sets.hpp"

namespace opamplan::repository_impl {

/// Takes over what names that are the same declare. Formulas keep their positions; those that
/// nobody has any more stay, until they are half of all.
class declarations_heir {
 public:
  /// `now`: as `same_names` has it. All must outlive it.
  declarations_heir(const inherited_declarations& from, const std::vector<name_id>& now,
                    const repository& repo)
      : old_(*from.from), first_before_(from.first_before), now_(now), repo_(repo) {}

  std::optional<declarations> run() {
    if (most_are_unused()) return std::nullopt;
    number_packages();
    declarations read = read_others();
    declarations out;
    take_formulas(out);
    out.filters = old_.filters;
    out.class_lists = old_.class_lists;
    fill_rows(read, out);
    append(std::move(read.formulas), out.formulas);
    append(std::move(read.filters), out.filters);
    append(std::move(read.class_lists), out.class_lists);
    return out;
  }

 private:
  using old_row = index<struct old_row_tag>;

  [[nodiscard]] bool most_are_unused() const {
    std::vector<char> used(old_.formulas.size(), 0);
    std::size_t count = 0;
    for (const auto* rows : {&old_.depends, &old_.conflicts, &old_.depopts}) {
      for (const std::uint32_t at : rows->values) {
        count += used[at] == 0 ? 1 : 0;
        used[at] = 1;
      }
    }
    return 2 * count < used.size();
  }

  void number_packages() {
    row_before_.assign(repo_.size(), old_row::none);
    for (std::uint32_t n = 0; n < now_.size(); ++n) {
      if (now_[n] == name_id::none) continue;
      old_row row(first_before_[n]);
      for (const package_id id : repo_.versions(now_[n])) {
        row_before_[id] = row;
        ++row;
      }
    }
  }

  void take_formulas(declarations& out) const {
    out.formulas.reserve(old_.formulas.size());
    for (const declared_formula& f : old_.formulas) {
      out.formulas.push_back({f.written, std::nullopt});
      if (!f.settled) continue;
      formula<version_set> settled = *f.settled;
      // A name that was not there, or is not the same any more, is looked up again.
      if (!renumber(settled)) {
        settled = find_versions(repo_, evaluate_depends(*f.written, environment(), "", "", {}));
      }
      out.formulas.back().settled = std::move(settled);
    }
  }

  [[nodiscard]] bool renumber(formula<version_set>& f) const {
    if (f.is_atom()) {
      if (f.atom.name == name_id::none) return false;
      const std::size_t before = f.atom.name;
      if (now_[before] == name_id::none) return false;
      f.atom.name = now_[before];
      const auto first = repo_.versions(f.atom.name).first.value();
      const auto moved = [&](package_id id) {
        return package_id(id - first_before_[before] + first);
      };
      for (package_range& range : f.atom.ranges) range = {moved(range.first), moved(range.last)};
    }
    for (formula<version_set>& arg : f.args) {
      if (!renumber(arg)) return false;
    }
    return true;
  }

  // What the packages say that are not taken over: few, or it would not be worth it.
  [[nodiscard]] declarations read_others() const {
    std::vector<const syntax::file*> files;
    for (const package_id id : repo_.packages()) {
      if (row_before_[id] == old_row::none) files.push_back(&repo_.file(id));
    }
    const auto file_at = [&](std::size_t i) -> const syntax::file& { return *files[i]; };
    workers alone(1, "evaluate", {});
    return read_texts(repo_, find_texts(files.size(), file_at, alone), file_at, alone);
  }

  // Of all packages, in order: from the earlier rows, or from those that were read.
  void fill_rows(const declarations& read, declarations& out) const {
    const auto shift = [&](std::uint32_t at, std::size_t by, bool old) {
      return old ? at : at + static_cast<std::uint32_t>(by);
    };
    std::size_t next = 0;
    for (const old_row before : row_before_) {
      const bool old = before != old_row::none;
      const declarations& from = old ? old_ : read;
      const std::size_t row = old ? before.value() : next++;
      const auto add = [&](const flat_rows<std::uint32_t>& rows, flat_rows<std::uint32_t>& to) {
        for (const std::uint32_t at : rows[row]) {
          to.values.push_back(shift(at, old_.formulas.size(), old));
        }
        to.close_row();
      };
      add(from.depends, out.depends);
      add(from.conflicts, out.conflicts);
      add(from.depopts, out.depopts);
      out.available.push_back(shift(from.available[row], old_.filters.size(), old));
      out.conflict_classes.push_back(
          shift(from.conflict_classes[row], old_.class_lists.size(), old));
      out.avoid_version.push_back(from.avoid_version[row]);
    }
  }

  template <class T>
  static void append(std::vector<T>&& from, std::vector<T>& to) {
    for (T& value : from) to.push_back(std::move(value));
  }

  const declarations& old_;
  const std::vector<std::uint32_t>& first_before_;
  const std::vector<name_id>& now_;
  const repository& repo_;
  std::vector<old_row> row_before_;  // by package: its row in `old_`
};

/// Nothing if it is better to read all files.
inline std::optional<declarations> take_over(const inherited_declarations& from,
                                             const std::vector<name_id>& now,
                                             const repository& repo) {
  return declarations_heir(from, now, repo).run();
}

}  // namespace opamplan::repository_impl
