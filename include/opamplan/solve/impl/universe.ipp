/// \file
/// Making a universe: evaluate every file (in parallel), then intern the rules (in order).
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/base/error.hpp"
#include "opamplan/base/workers.hpp"
#include "opamplan/package/formula.hpp"
#include "opamplan/package/opam_file.hpp"
#include "opamplan/solve/universe.hpp"
#include "opamplan/syntax/ast.hpp"

namespace opamplan {
namespace solve_impl {

/// What one opam file says in the environment.
struct evaluated_package {
  opamplan::availability availability = opamplan::availability::filtered;
  bool avoid = false;
  package_formula depends;
  package_formula conflicts;
  std::optional<package_formula> root_depends;    // where different from `depends`
  std::optional<package_formula> root_conflicts;  // where different from `conflicts`
  std::vector<std::string> conflict_classes;
  std::vector<std::string> optional_names;
  std::vector<std::string> post_only_names;
};

template <class Atom>
void collect_names(const formula<Atom>& f, std::vector<std::string>& out) {
  if (f.is_atom()) out.push_back(f.atom.name);
  for (const formula<Atom>& arg : f.args) collect_names(arg, out);
}

template <class Atom>
std::vector<std::string> sorted_names(const formula<Atom>& f) {
  std::vector<std::string> names;
  collect_names(f, names);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

inline bool contains(std::string_view text, std::string_view word) {
  return text.find(word) != std::string_view::npos;
}

inline evaluated_package evaluate_package(const repository& repo, const environment& env,
                                          const universe_options& options, package_id id) {
  evaluated_package result;
  const syntax::file& file = repo.file(id);
  const std::string_view text = repo.text(id);
  const std::string& name = repo.name_string(id);
  const std::string_view version = repo.version_string(id);

  const std::optional<bool> available =
      evaluate_available(read_available(file), env, name, version);
  result.availability = !available   ? availability::undefined
                        : *available ? availability::available
                                     : availability::filtered;
  if (result.availability != availability::available) return result;
  result.avoid = contains(text, "avoid-version") && read_flags(file).avoid_version;

  const filtered_formula depends = read_depends(file);
  const auto evaluate = [&](const filtered_formula& f, const dependency_context& context) {
    return evaluate_depends(f, env, name, version, context);
  };
  const dependency_context switches = dependency_switches(repo, options, id, false);
  result.depends = evaluate(depends, switches);
  filtered_formula conflicts;
  if (contains(text, "conflicts")) {
    conflicts = read_conflicts(file);
    result.conflicts = evaluate(conflicts, switches);
  }
  if (contains(text, "conflict-class")) result.conflict_classes = read_conflict_classes(file);
  if (contains(text, "depopts")) {
    // Whatever their filters say: if one is there, the package may use it.
    result.optional_names = sorted_names(read_depopts(file));
  }
  if (switches.post && contains(text, "post")) {
    dependency_context without_post = switches;
    without_post.post = false;
    const auto all = sorted_names(result.depends);
    const auto build = sorted_names(evaluate(depends, without_post));
    std::set_difference(all.begin(), all.end(), build.begin(), build.end(),
                        std::back_inserter(result.post_only_names));
  }
  if (!(options.root_dependencies == options.dependencies)) {
    const dependency_context of_root = dependency_switches(repo, options, id, true);
    result.root_depends = evaluate(depends, of_root);
    result.root_conflicts = evaluate(conflicts, of_root);
  }
  return result;
}

/// Turns evaluated files into tables. Candidates of names first; branches of alternatives are
/// numbered as they are met and their rules written after those of all packages.
class interner {
 public:
  interner(const repository& repo, const universe_options& options, universe_tables& tables)
      : repo_(repo), options_(options), t_(tables) {}

  void run(std::vector<evaluated_package>& packages) {
    add_names(packages);
    const std::size_t package_candidates = t_.candidate_roles.size();
    for (std::size_t c = 0; c < package_candidates; ++c) {
      const evaluated_package& p = packages[to_index(t_.candidate_packages[c])];
      add_requirements(p.depends, t_.required);
      add_prohibitions(p.conflicts, t_.required, t_.forbidden);
      t_.required.close_row();
      t_.forbidden.close_row();
      for (const std::string& name : p.conflict_classes) {
        t_.classes.values.push_back(class_of(name));
      }
      t_.classes.close_row();
      add_names(p.optional_names, t_.optional_names);
      add_names(p.post_only_names, t_.post_only_names);
    }
    if (!(options_.root_dependencies == options_.dependencies)) {
      for (std::size_t c = 0; c < package_candidates; ++c) {
        const evaluated_package& p = packages[to_index(t_.candidate_packages[c])];
        add_requirements(p.root_depends ? *p.root_depends : p.depends, t_.root_required);
        add_prohibitions(p.root_conflicts ? *p.root_conflicts : p.conflicts, t_.root_required,
                         t_.root_forbidden);
        t_.root_required.close_row();
        t_.root_forbidden.close_row();
      }
    }
    // Branches may hold alternatives in turn, which appends to the queue.
    for (; !branches_.empty(); branches_.pop_front()) {
      const branch b = branches_.front();
      if (b.prohibits) {
        add_prohibitions(*b.formula, t_.required, t_.forbidden);
      } else {
        add_requirements(*b.formula, t_.required);
      }
      t_.required.close_row();
      t_.forbidden.close_row();
      t_.classes.close_row();
      t_.optional_names.close_row();
      t_.post_only_names.close_row();
    }
  }

 private:
  struct branch {
    const package_formula* formula;
    bool prohibits;
  };

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
    t_.candidate_packages.resize(t_.candidate_roles.size(), no_package);
    scratch_.assign(role.word_count, 0);
    for (std::uint32_t i = 0; i < candidate_count; ++i) {
      scratch_[i / 64] |= std::uint64_t{1} << (i % 64);
    }
    t_.any_version.push_back(intern(id));
    return id;
  }

  // One role a name; its candidates newest (or oldest) first, avoid-version ones last.
  void add_names(std::vector<evaluated_package>& packages) {
    t_.package_candidates.assign(repo_.size(), no_candidate);
    t_.package_availability.resize(repo_.size());
    std::vector<package_id> order;
    for (std::uint32_t n = 0; n < repo_.name_count(); ++n) {
      order.clear();
      bool all_avoided = options_.avoid_version == avoid_rule::batch;
      for (const package_id id : repo_.versions(name_id{n})) {
        if (packages[to_index(id)].availability != availability::available) continue;
        order.push_back(id);
        all_avoided = all_avoided && packages[to_index(id)].avoid;
      }
      if (all_avoided) {
        for (const package_id id : order)
          packages[to_index(id)].availability = availability::avoided;
        order.clear();
      }
      if (!options_.prefer_oldest) std::reverse(order.begin(), order.end());
      std::stable_partition(order.begin(), order.end(),
                            [&](package_id id) { return !packages[to_index(id)].avoid; });
      add_role(static_cast<std::uint32_t>(order.size()));
      for (std::size_t i = 0; i < order.size(); ++i) {
        const std::size_t c = t_.roles.back().first_candidate + i;
        t_.candidate_packages[c] = order[i];
        t_.package_candidates[to_index(order[i])] = candidate_id{static_cast<std::uint32_t>(c)};
      }
    }
    for (std::size_t i = 0; i < packages.size(); ++i) {
      t_.package_availability[i] = packages[i].availability;
    }
  }

  void add_names(const std::vector<std::string>& names, flat_rows<name_id>& rows) {
    for (const std::string& name : names) {
      const name_id id = repo_.find_name(name);
      if (id != no_name) rows.values.push_back(id);
    }
    rows.close_row();
  }

  std::uint32_t class_of(const std::string& name) {
    const auto [it, added] =
        class_ids_.try_emplace(name, static_cast<std::uint32_t>(t_.class_names.size()));
    if (added) t_.class_names.push_back(name);
    return it->second;
  }

  // The choice of the members in `scratch_`.
  choice_id intern(role_id role) {
    key_.assign(reinterpret_cast<const char*>(&role), sizeof role);
    key_.append(reinterpret_cast<const char*>(scratch_.data()), scratch_.size() * 8);
    const choice_id fresh{static_cast<std::uint32_t>(t_.choices.size())};
    const auto [it, added] = by_members_.try_emplace(key_, fresh);
    if (added) {
      universe_tables::choice c;
      c.role = role;
      c.first_word = static_cast<std::uint32_t>(t_.choice_words.size());
      for (const std::uint64_t word : scratch_) {
        c.member_count += static_cast<std::uint32_t>(__builtin_popcountll(word));
      }
      t_.choice_words.insert(t_.choice_words.end(), scratch_.begin(), scratch_.end());
      t_.choices.push_back(c);
    }
    return it->second;
  }

  // The versions of an atom's name that satisfy its constraint.
  choice_id matching(const package_atom& atom) {
    const name_id name = repo_.find_name(atom.name);
    const role_id role =
        name == no_name ? missing_role() : role_id{static_cast<std::uint32_t>(name)};
    if (atom.constraint.is_empty()) return t_.any_version[to_index(role)];
    text_.assign(reinterpret_cast<const char*>(&role), sizeof role);
    append_key(atom.constraint, text_);
    const auto known = by_constraint_.find(text_);
    if (known != by_constraint_.end()) return known->second;
    const universe_tables::role r = t_.roles[to_index(role)];
    scratch_.assign(r.word_count, 0);
    for (std::uint32_t i = 0; i < r.candidate_count; ++i) {
      const package_id p = t_.candidate_packages[r.first_candidate + i];
      if (satisfies(atom.constraint, repo_.version_string(p))) {
        scratch_[i / 64] |= std::uint64_t{1} << (i % 64);
      }
    }
    const choice_id id = intern(role);
    by_constraint_.emplace(text_, id);
    return id;
  }

  // Stands for every name that the repository lacks.
  role_id missing_role() {
    if (!missing_role_) missing_role_ = add_role(0);
    return *missing_role_;
  }

  static void append_key(const version_formula& f, std::string& out) {
    out += static_cast<char>(f.kind);
    if (f.is_atom()) {
      out += static_cast<char>(f.atom.op);
      out += f.atom.version;
    }
    for (const version_formula& arg : f.args) append_key(arg, out);
    out += '\0';
  }

  static void append_key(const package_formula& f, std::string& out) {
    out += static_cast<char>(f.kind);
    if (f.is_atom()) {
      out += f.atom.name;
      out += '\0';
      append_key(f.atom.constraint, out);
    }
    for (const package_formula& arg : f.args) append_key(arg, out);
    out += '\0';
  }

  void add_requirements(const package_formula& f, flat_rows<choice_id>& required) {
    if (f.is_atom()) {
      required.values.push_back(matching(f.atom));
    } else if (f.is_disjunction()) {
      required.values.push_back(alternative(f, false));
    } else {
      for (const package_formula& arg : f.args) add_requirements(arg, required);
    }
  }

  // Conflicts with a | b exclude both; conflicts with a & b are an alternative of exclusions.
  void add_prohibitions(const package_formula& f, flat_rows<choice_id>& required,
                        flat_rows<choice_id>& forbidden) {
    if (f.is_atom()) {
      if (repo_.find_name(f.atom.name) != no_name) forbidden.values.push_back(matching(f.atom));
    } else if (f.is_conjunction()) {
      required.values.push_back(alternative(f, true));
    } else {
      for (const package_formula& arg : f.args) add_prohibitions(arg, required, forbidden);
    }
  }

  // Nested alternatives of the same kind are one, as in 0install.
  void flatten(const package_formula& f, bool prohibits, std::vector<const package_formula*>& out) {
    if (prohibits ? f.is_conjunction() : f.is_disjunction()) {
      for (const package_formula& arg : f.args) flatten(arg, prohibits, out);
    } else {
      out.push_back(&f);
    }
  }

  choice_id alternative(const package_formula& f, bool prohibits) {
    std::string key(1, prohibits ? '!' : '|');
    append_key(f, key);
    const auto known = alternatives_.find(key);
    if (known != alternatives_.end()) return known->second;
    std::vector<const package_formula*> args;
    flatten(f, prohibits, args);
    const role_id role = add_role(static_cast<std::uint32_t>(args.size()));
    for (const package_formula* arg : args) branches_.push_back({arg, prohibits});
    const choice_id id = t_.any_version[to_index(role)];
    alternatives_.emplace(std::move(key), id);
    return id;
  }

  const repository& repo_;
  const universe_options& options_;
  universe_tables& t_;
  std::vector<std::uint64_t> scratch_;
  std::string key_;
  std::string text_;
  std::unordered_map<std::string, choice_id> by_members_;
  std::unordered_map<std::string, choice_id> by_constraint_;
  std::unordered_map<std::string, choice_id> alternatives_;
  std::map<std::string, std::uint32_t> class_ids_;
  std::optional<role_id> missing_role_;
  std::deque<branch> branches_;
};

}  // namespace solve_impl

OPAMPLAN_INLINE universe make_universe(opamplan::repository repo, opamplan::environment env,
                                       universe_options options) {
  std::vector<solve_impl::evaluated_package> packages(repo.size());
  parallel_blocks(packages.size(), options.threads, 128, "evaluate", options.progress, [&] {
    return [&](std::size_t i) {
      packages[i] = solve_impl::evaluate_package(repo, env, options,
                                                 package_id{static_cast<std::uint32_t>(i)});
    };
  });
  auto state = std::make_shared<universe::state>();
  solve_impl::interner(repo, options, state->tables).run(packages);
  state->repository = std::move(repo);
  state->environment = std::move(env);
  options.progress = nullptr;
  state->options = std::move(options);
  return universe(std::move(state));
}

OPAMPLAN_INLINE package_id universe::latest(name_id name) const {
  package_id newest = no_package;
  for (const package_id id : repository().versions(name)) {
    const auto a = availability(id);
    if (a == opamplan::availability::available || a == opamplan::availability::avoided) newest = id;
  }
  return newest;
}

OPAMPLAN_INLINE std::vector<package_id> universe::latest() const {
  std::vector<package_id> result;
  for (std::uint32_t n = 0; n < repository().name_count(); ++n) {
    const package_id id = latest(name_id{n});
    if (id != no_package) result.push_back(id);
  }
  return result;
}

OPAMPLAN_INLINE std::vector<package_id> universe::available_packages() const {
  std::vector<package_id> result;
  for (const package_id id : repository().packages()) {
    const auto a = availability(id);
    if (a == opamplan::availability::available || a == opamplan::availability::avoided) {
      result.push_back(id);
    }
  }
  return result;
}

}  // namespace opamplan
