/// \file
/// What the files of a repository declare, evaluated in an environment, as tables.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "opamplan/base/workers.hpp"
#include "opamplan/package/dependency.hpp"
#include "opamplan/package/filter.hpp"
#include "opamplan/package/formula.hpp"
#include "opamplan/repository/declarations.hpp"
#include "opamplan/repository/version_sets.hpp"
#include "opamplan/solve/impl/choice_interner.hpp"
#include "opamplan/solve/impl/rule_interner.hpp"
#include "opamplan/solve/impl/rules_heir.hpp"
#include "opamplan/solve/impl/version_members.hpp"
#include "opamplan/solve/universe.hpp"

namespace opamplan::solve_impl {

/// Candidates of names first, then their rules in order. Each distinct text is evaluated once,
/// unless it looks at the package that has it.
class interner {
 public:
  /// `options`, `tables` and what there was before must outlive it. May throw `cancelled`.
  interner(const repository& repo, const environment& env, const universe_options& options,
           universe_tables& tables, const earlier_rules* before)
      : repo_(repo),
        env_(env),
        options_(options),
        declared_(declared(repo, options.threads, options.progress)),
        t_(tables),
        choices_(tables),
        members_(tables, !options.prefer_oldest),
        rules_(tables, choices_, members_),
        before_(before) {}

  /// What the alternatives are, by role.
  std::vector<rule_alternative> run() {
    add_names();
    if (before_ != nullptr) {
      heir_.emplace(*before_, repo_, env_, options_, t_, declared_, choices_, rules_);
    }
    const std::size_t packages = t_.candidate_roles.size();
    parallel_blocks(packages, 1, 256, "evaluate", options_.progress,  // one thread: in order
                    [&] { return [&](std::size_t c) { add_package(t_.candidate_packages[c]); }; });
    if (!(options_.root_dependencies == options_.dependencies)) {
      for (std::size_t c = 0; c < packages; ++c) {
        add_root_rules(t_.candidate_packages[c]);
      }
    }
    rules_.take_branches([&](const interned_rules& rules) {
      t_.required.add_row(rules.required);
      t_.forbidden.add_row(rules.forbidden);
      t_.classes.close_row();
      t_.optional_names.close_row();
      t_.post_only_names.close_row();
    });
    return rules_.take_alternatives();
  }

 private:
  // One role a name; its candidates newest (or oldest) first, avoid-version ones last.
  void add_names() {
    t_.package_candidates.assign(repo_.size(), candidate_id::none);
    t_.package_availability.reserve(repo_.size());
    for (const package_id id : repo_.packages()) t_.package_availability.push_back(evaluate(id));
    std::vector<package_id> order;
    const auto avoided = [&](package_id id) { return declared_.avoid_version[id] != 0; };
    for (std::uint32_t n = 0; n < repo_.name_count(); ++n) {
      order.clear();
      for (const package_id id : repo_.versions(name_id{n})) {
        if (t_.package_availability[id] == availability::available) order.push_back(id);
      }
      if (options_.avoid_version == avoid_rule::batch &&
          std::all_of(order.begin(), order.end(), avoided)) {
        for (const package_id id : order) {
          t_.package_availability[id] = availability::avoided;
        }
        order.clear();
      }
      if (!options_.prefer_oldest) std::reverse(order.begin(), order.end());
      const auto first_avoided = std::stable_partition(order.begin(), order.end(),
                                                       [&](package_id id) { return !avoided(id); });
      members_.add_name(static_cast<std::size_t>(first_avoided - order.begin()));
      choices_.add_role(static_cast<std::uint32_t>(order.size()));
      for (std::size_t i = 0; i < order.size(); ++i) {
        const std::size_t c = t_.roles.back().first_candidate + i;
        t_.candidate_packages[c] = order[i];
        t_.package_candidates[order[i]] = candidate_id(c);
      }
    }
  }

  availability evaluate(package_id id) {
    const std::uint32_t filter = declared_.available[id];
    if (available_.empty()) available_.resize(declared_.filters.size());
    std::optional<availability>& known = available_[filter];
    if (known) return *known;
    looked_at looked;
    const std::optional<bool> value = evaluate_available(
        declared_.filters[filter], env_, repo_.name_string(id), repo_.version_string(id), &looked);
    const availability result = !value   ? availability::undefined
                                : *value ? availability::available
                                         : availability::filtered;
    if (!looked.package) known = result;
    return result;
  }

  void add_package(package_id id) {
    add_classes(id);
    const candidate_id before = heir_ ? heir_->find(id, false) : candidate_id::none;
    if (before != candidate_id::none) {
      heir_->take_rules(before, false, t_.required, t_.forbidden);
      heir_->take_names(before, t_.optional_names, t_.post_only_names);
      return;
    }
    const bool looked_at_post = add_rules(id, false, t_.required, t_.forbidden);
    // Whatever their filters say: if one is there, the package may use it.
    for (const std::uint32_t at : declared_.depopts[id]) {
      add_names(*declared_.formulas[at].written, t_.optional_names.values);
    }
    t_.optional_names.close_set();
    if (looked_at_post) add_post_only(id);
    t_.post_only_names.close_row();
  }

  void add_root_rules(package_id id) {
    const candidate_id before = heir_ ? heir_->find(id, true) : candidate_id::none;
    if (before != candidate_id::none) {
      heir_->take_rules(before, true, t_.root_required, t_.root_forbidden);
    } else {
      add_rules(id, true, t_.root_required, t_.root_forbidden);
    }
  }

  void add_classes(package_id id) {
    for (const std::string& name : declared_.class_lists[declared_.conflict_classes[id]]) {
      t_.classes.values.push_back(class_of(name));
    }
    t_.classes.close_row();
  }

  // True if one of them looked at the switch `post`.
  bool add_rules(package_id id, bool root, flat_rows<choice_id>& required,
                 flat_rows<choice_id>& forbidden) {
    bool looked_at_post = false;
    const auto add = [&](field of, std::span<const std::uint32_t> elements) {
      for (const std::uint32_t element : elements) {
        const evaluated& e = evaluate(of, root, element, id);
        required.values.insert(required.values.end(), e.rules.required.begin(),
                               e.rules.required.end());
        forbidden.values.insert(forbidden.values.end(), e.rules.forbidden.begin(),
                                e.rules.forbidden.end());
        looked_at_post = looked_at_post || e.looked.post;
      }
    };
    add(field::depends, declared_.depends[id]);
    add(field::conflicts, declared_.conflicts[id]);
    required.close_row();
    forbidden.close_row();
    return looked_at_post;
  }

  void add_post_only(package_id id) {
    dependency_context context = dependency_switches(repo_, options_, id, false);
    if (!context.post) return;
    const auto names = [&] {
      std::vector<name_id> out;
      for (const std::uint32_t at : declared_.depends[id]) {
        add_names(evaluate_depends(*declared_.formulas[at].written, env_, repo_.name_string(id),
                                   repo_.version_string(id), context),
                  out);
      }
      std::sort(out.begin(), out.end());
      out.erase(std::unique(out.begin(), out.end()), out.end());
      return out;
    };
    const auto all = names();
    context.post = false;
    const auto build = names();
    auto& out = t_.post_only_names.values;
    std::set_difference(all.begin(), all.end(), build.begin(), build.end(),
                        std::back_inserter(out));
  }

  template <class Atom>
  void add_names(const formula<Atom>& f, std::vector<name_id>& out) {
    if (f.is_atom()) {
      const name_id name = repo_.find_name(f.atom.name);
      if (name != name_id::none) out.push_back(name);
    }
    for (const formula<Atom>& arg : f.args) add_names(arg, out);
  }

  std::uint32_t class_of(const std::string& name) {
    const auto [it, added] =
        class_ids_.try_emplace(name, static_cast<std::uint32_t>(t_.class_names.size()));
    if (added) t_.class_names.push_back(name);
    return it->second;
  }

  enum class field : std::uint8_t { depends, conflicts };

  struct evaluated {
    bool known = false;
    looked_at looked;
    interned_rules rules;
  };

  // Of one element of a field. The reference is valid until the next call.
  const evaluated& evaluate(field of, bool root, std::uint32_t element, package_id id) {
    auto& texts = evaluated_[static_cast<std::size_t>(of)][root ? 1 : 0];
    if (texts.empty()) texts.resize(declared_.formulas.size());
    evaluated& e = texts[element];
    if (e.known && !e.looked.package) return e;
    if (root) {
      const auto& others = evaluated_[static_cast<std::size_t>(of)][0];  // none if all were taken
      const evaluated* const other = others.empty() ? nullptr : &others[element];
      if (other != nullptr && other->known && !other->looked.package && !other->looked.switches) {
        return *other;
      }
    }
    e = {true, {}, {}};
    const declared_formula& f = declared_.formulas[element];
    if (f.settled) {
      intern(of, *f.settled, e.rules);
    } else {
      const package_formula here =
          evaluate_depends(*f.written, env_, repo_.name_string(id), repo_.version_string(id),
                           dependency_switches(repo_, options_, id, root), &e.looked);
      intern(of, find_versions(repo_, here), e.rules);
    }
    return e;
  }

  void intern(field of, const formula<version_set>& f, interned_rules& to) {
    if (of == field::depends) {
      rules_.add_requirements(f, to);
    } else {
      rules_.add_prohibitions(f, to);
    }
  }

  const repository& repo_;
  const environment& env_;
  const universe_options& options_;
  const declarations& declared_;
  universe_tables& t_;
  choice_interner choices_;
  version_members members_;
  rule_interner rules_;
  const earlier_rules* before_;
  std::optional<rules_heir> heir_;
  std::vector<std::optional<availability>> available_;  // by filter
  // By field, of roots or not, by formula.
  std::array<std::array<std::vector<evaluated>, 2>, 2> evaluated_;
  std::map<std::string, std::uint32_t> class_ids_;
};

}  // namespace opamplan::solve_impl
