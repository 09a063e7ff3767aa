/// \file
/// The preferred selection by trying everything: written from the meaning of the fields and the
/// order of preference (docs/solve.md), without the tables that the search reads.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "opamplan/package/dependency.hpp"
#include "opamplan/package/opam_file.hpp"
#include "opamplan/solve/solver.hpp"
#include "opamplan/solve/universe.hpp"
#include "opamplan/syntax/ast.hpp"

namespace opamplan::test {

class brute_force {
 public:
  /// `asked`: the name whose packages follow the root's dependency switches.
  brute_force(const universe& u, solve_options options, name_id asked)
      : u_(u), repo_(u.repository()), options_(std::move(options)), asked_(asked) {
    for (const package_id p : repo_.packages()) {
      const bool root = repo_.name_of(p) == asked_;
      const dependency_context context = dependency_switches(repo_, u.options(), p, root);
      const auto evaluate = [&](const filtered_formula& f) {
        return evaluate_depends(f, u.environment(), repo_.name_string(p), repo_.version_string(p),
                                context);
      };
      const syntax::file& file = repo_.file(p);
      depends_.push_back(evaluate(read_depends(file)));
      conflicts_.push_back(evaluate(read_conflicts(file)));
      classes_.push_back(read_conflict_classes(file));
    }
    for (std::uint32_t n = 0; n < repo_.name_count(); ++n) {
      candidates_.push_back(candidates_of(name_id{n}));
    }
    collect_models();
  }

  /// Ascending by name; nothing if no sound selection holds the target.
  std::optional<std::vector<package_id>> preferred(package_id target) {
    models_now_ = models_;
    keep([&](const model& m) { return m[asked_] == target; });
    return walk();
  }
  /// Of any version; of the newest possible also where the oldest of others are preferred.
  std::optional<std::vector<package_id>> preferred() {
    if (u_.options().prefer_oldest) {
      for (const bool avoided : {false, true}) {
        auto all = candidates_[asked_];
        std::sort(all.rbegin(), all.rend());
        for (const package_id p : all) {
          if (read_flags(repo_.file(p)).avoid_version != avoided) continue;
          if (auto found = preferred(p)) return found;
        }
      }
      return std::nullopt;
    }
    models_now_ = models_;
    keep([&](const model& m) { return m[asked_] != package_id::none; });
    return walk();
  }

 private:
  using model = std::vector<package_id>;  // by name

  std::vector<package_id> candidates_of(name_id name) const {
    std::vector<package_id> fine;
    std::vector<package_id> avoided;
    for (const package_id p : repo_.versions(name)) {
      const syntax::file& file = repo_.file(p);
      if (!is_available(read_available(file), u_.environment(), repo_.name_string(p),
                        repo_.version_string(p))) {
        continue;
      }
      (read_flags(file).avoid_version ? avoided : fine).push_back(p);
    }
    if (fine.empty() && u_.options().avoid_version == avoid_rule::batch) return {};
    if (!u_.options().prefer_oldest) {
      std::reverse(fine.begin(), fine.end());
      std::reverse(avoided.begin(), avoided.end());
    }
    fine.insert(fine.end(), avoided.begin(), avoided.end());
    for (const package_id p : options_.preferred) {
      const auto it = std::find(fine.begin(), fine.end(), p);
      if (it != fine.end()) std::rotate(fine.begin(), it, it + 1);
    }
    std::erase_if(fine, [&](package_id p) {
      for (const auto* list : {&options_.roots, &options_.constraints}) {
        for (const package_atom& a : *list) {
          if (a.name == repo_.name_string(p) &&
              !opamplan::satisfies(a.constraint, repo_.version_string(p))) {
            return true;
          }
        }
      }
      return false;
    });
    return fine;
  }

  bool holds(const package_atom& a, const model& m) const {
    const name_id n = repo_.find_name(a.name);
    if (n == name_id::none || m[n] == package_id::none) return false;
    return opamplan::satisfies(a.constraint, repo_.version_string(m[n]));
  }
  bool holds(const package_formula& f, const model& m, bool if_empty) const {
    if (f.is_atom()) return holds(f.atom, m);
    if (f.is_empty()) return if_empty;
    const auto one = [&](const package_formula& arg) { return holds(arg, m, if_empty); };
    return f.is_conjunction() ? std::all_of(f.args.begin(), f.args.end(), one)
                              : std::any_of(f.args.begin(), f.args.end(), one);
  }

  bool sound(const model& m) const {
    std::map<std::string, int> classes;
    for (const package_id p : m) {
      if (p == package_id::none) continue;
      if (!holds(depends_[p], m, true)) return false;
      if (holds(conflicts_[p], m, false)) return false;
      for (const std::string& k : classes_[p]) {
        if (++classes[k] > 1) return false;
      }
    }
    return std::all_of(options_.roots.begin(), options_.roots.end(),
                       [&](const package_atom& root) { return holds(root, m); });
  }

  void collect_models() {
    std::vector<std::size_t> digits(candidates_.size(), 0);
    while (true) {
      model m;
      for (std::size_t n = 0; n < digits.size(); ++n) {
        m.push_back(digits[n] == 0 ? package_id::none : candidates_[n][digits[n] - 1]);
      }
      if (sound(m)) models_.push_back(std::move(m));
      std::size_t n = 0;
      while (n < digits.size() && ++digits[n] > candidates_[n].size()) digits[n++] = 0;
      if (n == digits.size()) return;
    }
  }

  template <class Predicate>
  void keep(Predicate predicate) {
    std::erase_if(models_now_, [&](const model& m) { return !predicate(m); });
  }

  std::optional<std::vector<package_id>> walk() {
    if (models_now_.empty()) return std::nullopt;
    answer_.assign(repo_.name_count(), package_id::none);
    for (const package_atom& root : options_.roots) visit(repo_.find_name(root.name));
    visit(asked_);
    std::vector<package_id> out;
    for (const package_id p : answer_) {
      if (p != package_id::none) out.push_back(p);
    }
    return out;
  }

  // A candidate is passed over only if no sound selection has it with what was chosen before.
  void visit(name_id n) {
    if (answer_[n] != package_id::none) return;
    for (const package_id p : candidates_[n]) {
      const auto has = [&](const model& m) { return m[n] == p; };
      if (std::none_of(models_now_.begin(), models_now_.end(), has)) continue;
      keep(has);
      answer_[n] = p;
      visit_needs(depends_[p]);
      visit_exclusions(conflicts_[p]);
      return;
    }
  }

  void visit_needs(const package_formula& f) {
    if (f.is_atom()) return visit(repo_.find_name(f.atom.name));
    for (const package_formula& arg : f.args) {
      if (!f.is_disjunction()) {
        visit_needs(arg);
        continue;
      }
      const auto has = [&](const model& m) { return holds(arg, m, true); };
      if (std::none_of(models_now_.begin(), models_now_.end(), has)) continue;
      keep(has);
      return visit_needs(arg);
    }
  }

  // `conflicts: ["a" & "b"]` is an alternative: the first of them that can stay out does.
  void visit_exclusions(const package_formula& f) {
    for (const package_formula& arg : f.args) {
      if (!f.is_conjunction()) {
        visit_exclusions(arg);
        continue;
      }
      const auto lacks = [&](const model& m) { return !holds(arg, m, false); };
      if (std::none_of(models_now_.begin(), models_now_.end(), lacks)) continue;
      keep(lacks);
      return visit_exclusions(arg);
    }
  }

  const universe& u_;
  const repository& repo_;
  solve_options options_;
  name_id asked_;
  std::vector<package_formula> depends_;  // by package
  std::vector<package_formula> conflicts_;
  std::vector<std::vector<std::string>> classes_;
  std::vector<std::vector<package_id>> candidates_;  // by name, the first to try first
  std::vector<model> models_;
  std::vector<model> models_now_;
  std::vector<package_id> answer_;  // by name
};

}  // namespace opamplan::test
