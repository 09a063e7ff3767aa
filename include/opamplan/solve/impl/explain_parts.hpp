/// \file
/// What explanations are made with: searches in part of the rules, minimal sets, sentences.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "opamplan/base/error.hpp"
#include "opamplan/solve/explain.hpp"
#include "opamplan/solve/impl/search_guard.hpp"
#include "opamplan/solve/rules.hpp"
#include "opamplan/solve/sat_core.hpp"

namespace opamplan {
namespace solve_impl {

/// Searches with only some rules in force.
class prober {
 public:
  /// `options` must outlive this.
  prober(const universe& u, const solve_options& options)
      : tables_(u.tables()),
        options_(options),
        base_(sat_core_options(u, options)),
        guard_(options.progress, "explain", options.time_limit),
        root_rules_(tables_.root_required.size() != 0) {
    base_.keep_going = [this] { return guard_.keep_going(); };
    set_all(true);
    excluded_.resize(tables_.candidate_roles.size());
    for (const candidate_id c : base_.excluded) excluded_[c] = 1;
    base_.enabled = &enabled_;
    base_.trace = true;
  }

  prober(const prober&) = delete;
  prober& operator=(const prober&) = delete;

  /// What follows is about a target of this name.
  void aim(name_id name) {
    guard_.start();
    begun_ = work();
    const role_id role = role_of(name);
    if (core_ && (!root_rules_ || role_ == role)) return;
    role_ = role;
    auto o = base_;
    if (root_rules_) o.root_role = role;
    core_ = std::make_unique<sat_core>(tables_, std::move(o));
  }

  void set_all(bool on) {
    const auto value = static_cast<std::uint8_t>(on);
    enabled_.required.assign(tables_.required.values.size(), value);
    enabled_.forbidden.assign(tables_.forbidden.values.size(), value);
    enabled_.classes.assign(tables_.classes.values.size(), value);
    enabled_.root_required.assign(tables_.root_required.values.size(), value);
    enabled_.root_forbidden.assign(tables_.root_forbidden.values.size(), value);
  }

  void set(const rule_place& r, bool on) {
    const std::size_t c = r.candidate;
    const bool root = is_root(r.candidate);
    const auto value = static_cast<std::uint8_t>(on);
    switch (r.what) {
      case rule_place::kind::required:
        (root ? enabled_.root_required[tables_.root_required.offsets[c] + r.position]
              : enabled_.required[tables_.required.offsets[c] + r.position]) = value;
        break;
      case rule_place::kind::forbidden:
        (root ? enabled_.root_forbidden[tables_.root_forbidden.offsets[c] + r.position]
              : enabled_.forbidden[tables_.forbidden.offsets[c] + r.position]) = value;
        break;
      case rule_place::kind::conflict_class:
        enabled_.classes[tables_.classes.offsets[c] + r.position] = value;
        break;
    }
  }

  /// Answers the target under the enabled rules.
  template <class Target>
  search_outcome solve(Target target) {
    core_->reset();
    return core_->solve(target);
  }

  /// True while less than some seconds' work has been done for this target.
  [[nodiscard]] bool may_try_more() { return work() - begun_ < most_work && guard_.keep_going(); }

  /// Of these atoms, of the options' roots and constraints: those without which there would be a
  /// solution under `rules` alone. Each costs a search.
  template <class Target>
  [[nodiscard]] std::vector<package_atom> needed(const universe& u, Target target,
                                                 std::span<const rule_place> rules,
                                                 std::vector<package_atom> atoms) {
    set_all(false);
    for (const rule_place& r : rules) set(r, true);
    solve_options left = options_;
    std::erase_if(atoms, [&](const package_atom& a) {
      solve_options fewer = left;
      for (auto* list : {&fewer.roots, &fewer.constraints}) {
        std::erase(*list, a);
      }
      sat_core::options o = sat_core_options(u, fewer);
      o.enabled = &enabled_;
      o.keep_going = base_.keep_going;
      if (root_rules_) o.root_role = role_;
      if (!may_try_more() || sat_core(tables_, o).solve(target) != search_outcome::unsatisfiable) {
        return false;
      }
      left = std::move(fewer);
      return true;
    });
    set_all(true);
    return atoms;
  }

  [[nodiscard]] std::span<const rule_place> refutation() const { return core_->refutation(); }

  [[nodiscard]] std::span<const choice_id> required(candidate_id c) const {
    return is_root(c) ? tables_.root_required[c] : tables_.required[c];
  }
  /// Rules that say the same of one name's versions, together.
  [[nodiscard]] std::vector<std::vector<rule_place>> sentences(
      std::span<const rule_place> rules) const {
    std::map<std::tuple<role_id, rule_place::kind, std::uint32_t>, std::vector<rule_place>> by_text;
    for (const rule_place& r : rules) {
      const std::size_t c = r.candidate;
      std::uint32_t about = 0;
      switch (r.what) {
        case rule_place::kind::required:
          about = required(r.candidate)[r.position].value();
          break;
        case rule_place::kind::forbidden:
          about = static_cast<std::uint32_t>(
              (is_root(r.candidate) ? tables_.root_forbidden : tables_.forbidden)[c][r.position]);
          break;
        case rule_place::kind::conflict_class:
          about = tables_.classes[c][r.position];
          break;
      }
      by_text[{tables_.candidate_roles[c], r.what, about}].push_back(r);
    }
    std::vector<std::vector<rule_place>> out;
    for (auto& [key, list] : by_text) out.push_back(std::move(list));
    return out;
  }
  [[nodiscard]] bool is_root(candidate_id c) const {
    return root_rules_ && tables_.candidate_roles[c] == role_;
  }
  [[nodiscard]] bool excluded(candidate_id c) const { return excluded_[c] != 0; }

  /// No member is allowed by what was asked for (an alternative: none of its branches). Adds the
  /// roles that lack one to `lacking`.
  bool impossible(choice_id s, std::set<role_id>* lacking = nullptr) const {
    const auto& choice = tables_.choices[s];
    const auto& role = tables_.roles[choice.role];
    bool branches = false;
    for (std::uint32_t i = 0; i < role.candidate_count; ++i) {
      const candidate_id c{role.first_candidate + i};
      if (!tables_.contains(s, c) || excluded(c)) continue;
      if (tables_.candidate_packages[c] != package_id::none) return false;
      branches = true;
      const auto row = tables_.required[c];
      if (std::none_of(row.begin(), row.end(),
                       [&](choice_id b) { return impossible(b, lacking); })) {
        return false;
      }
    }
    if (!branches && lacking != nullptr) lacking->insert(choice.role);
    return true;
  }

 private:
  static constexpr std::uint64_t most_work = 30'000'000;

  [[nodiscard]] std::uint64_t work() const {
    if (!core_) return 0;
    const search_statistics& s = core_->statistics();
    return s.assignments + 64 * s.conflicts;
  }

  const universe_tables& tables_;
  const solve_options& options_;
  sat_core::options base_;
  search_guard guard_;
  std::uint64_t begun_ = 0;
  enabled_rules enabled_;
  std::vector<std::uint8_t> excluded_;
  std::unique_ptr<sat_core> core_;
  bool root_rules_;
  role_id role_;
};

/// The options of one thread's work.
inline std::shared_ptr<const solve_options> with_progress(const solve_options& options,
                                                          const progress_callback& poll) {
  auto own = std::make_shared<solve_options>(options);
  own->progress = poll;
  return own;
}

/// Deletion-based minimisation: a rule without which the search still fails is dropped, and with it
/// all that the new refutation does not use. Ends with every rule needed, and true, unless that
/// takes too long. Leaves all enabled.
template <class Target>
bool minimise(prober& p, Target target, std::vector<rule_place>& rules) {
  p.set_all(false);
  for (const rule_place& r : rules) p.set(r, true);
  bool minimal = true;
  for (std::size_t needed = 0; needed < rules.size();) {
    if (!p.may_try_more()) {
      minimal = false;
      break;
    }
    p.set(rules[needed], false);
    const search_outcome without = p.solve(target);
    if (without != search_outcome::unsatisfiable) {
      minimal = minimal && without == search_outcome::satisfiable;
      p.set(rules[needed++], true);
      continue;
    }
    // Rules found to be needed are in every refutation by the rest.
    const auto used = p.refutation();
    std::erase_if(rules, [&](const rule_place& r) {
      if (std::binary_search(used.begin(), used.end(), r)) return false;
      p.set(r, false);
      return true;
    });
  }
  p.set_all(true);
  return minimal;
}

/// After a failed search: looks for a refutation of fewer sentences by taking away those of the one
/// it has, one after the other. Each trial costs one search. Leaves all enabled.
template <class Target>
std::vector<rule_place> short_refutation(prober& p, Target target) {
  std::vector<rule_place> best(p.refutation().begin(), p.refutation().end());
  std::vector<rule_place> disabled;
  auto sentences = p.sentences(best);
  for (std::size_t i = 0; i < sentences.size() && p.may_try_more();) {
    for (const rule_place& r : sentences[i]) p.set(r, false);
    if (p.solve(target) == search_outcome::unsatisfiable) {
      auto other = p.sentences(p.refutation());
      if (other.size() < sentences.size()) {
        best.assign(p.refutation().begin(), p.refutation().end());
        disabled.insert(disabled.end(), sentences[i].begin(), sentences[i].end());
        sentences = std::move(other);
        i = 0;
        continue;
      }
    }
    for (const rule_place& r : sentences[i]) p.set(r, true);
    ++i;
  }
  for (const rule_place& r : disabled) p.set(r, true);
  return best;
}

/// "1.0", "1.0 and 1.1", "1.0 to 2.3 (7 versions)"; `all`: every candidate of the name.
inline std::string version_list(const universe& u, std::vector<package_id> versions, bool all) {
  const repository& repo = u.repository();
  std::sort(versions.begin(), versions.end());
  const std::string first(repo.version_string(versions.front()));
  const std::string_view last = repo.version_string(versions.back());
  if (versions.size() == 1) return first;
  if (versions.size() == 2) return fmt::format("{} and {}", first, last);
  return fmt::format("{} to {} ({}{} versions)", first, last, all ? "all " : "", versions.size());
}

inline std::string availability_note(const universe& u, std::string_view name) {
  const repository& repo = u.repository();
  const name_id id = repo.find_name(name);
  if (id == name_id::none) return fmt::format("there is no package named {}", name);
  std::size_t filtered = 0;
  std::size_t avoided = 0;
  for (const package_id p : repo.versions(id)) {
    const availability a = u.availability(p);
    filtered += a == availability::filtered || a == availability::undefined ? 1 : 0;
    avoided += a == availability::avoided ? 1 : 0;
  }
  const std::size_t count = repo.versions(id).size();
  if (avoided != 0) {
    return fmt::format("every available version of {} has the flag avoid-version", name);
  }
  if (filtered == count)
    return fmt::format("no version of {} is available in this environment", name);
  const std::string_view first = repo.version_string(repo.versions(id)[0]);
  if (count == 1) return fmt::format("the only version of {} is {}", name, first);
  std::string note = fmt::format("{} has {} versions from {} to {}", name, count, first,
                                 repo.version_string(repo.versions(id)[count - 1]));
  if (filtered != 0)
    note += fmt::format(", {} of them not available in this environment", filtered);
  return note;
}

/// No version of the name is a candidate, because all have the flag avoid-version.
inline bool all_avoided(const universe& u, std::string_view name) {
  const name_id id = u.repository().find_name(name);
  if (id == name_id::none) return false;
  const auto versions = u.repository().versions(id);
  return std::any_of(versions.begin(), versions.end(),
                     [&](package_id p) { return u.availability(p) == availability::avoided; });
}

/// What was taken as given: an atom, and how to say so. An empty phrase is not said.
struct premise {
  package_atom atom;
  const char* phrase = "you asked for {}";
};

inline std::vector<premise> premises_of(const solve_options& options) {
  std::vector<premise> out;
  for (const package_atom& a : options.roots) out.push_back({a});
  for (const package_atom& a : options.constraints) out.push_back({a});
  return out;
}

/// "a", "a and b", "a, b and c"
inline std::string list_words(const std::set<std::string>& words) {
  std::string out;
  std::size_t left = words.size();
  for (const std::string& w : words) {
    out += w;
    --left;
    if (left != 0) out += left == 1 ? " and " : ", ";
  }
  return out;
}

/// The cause where every fact could hold alone: who excludes whom, or wants what differently.
inline std::string disagreement(const universe& u, const std::vector<fact>& facts) {
  std::set<std::string> excluding;
  std::map<std::string, std::set<std::string>> texts;    // name wanted -> demands
  std::map<std::string, std::set<std::string>> wanting;  // name wanted -> names that demand
  std::set<std::string> all;
  for (const fact& f : facts) {
    const std::string& name = u.repository().name_string(f.package);
    all.insert(name);
    if (f.what != fact::kind::needs) excluding.insert(name);
    if (f.what == fact::kind::conflicts) excluding.insert(f.other);
    if (f.what != fact::kind::needs || f.other.empty() || f.text == f.other) continue;
    texts[f.other].insert(f.text);
    wanting[f.other].insert(name);
  }
  if (excluding.size() > 1) return list_words(excluding) + " exclude each other";
  std::vector<std::string> parts;
  for (const auto& [wanted, demands] : texts) {
    const auto& names = wanting[wanted];
    if (demands.size() < 2) continue;
    parts.push_back(fmt::format("{} {} different versions of {}", list_words(names),
                                names.size() == 1 ? "wants" : "want", wanted));
  }
  if (!parts.empty()) return fmt::format("{}", fmt::join(parts, "; "));
  return all.size() == 1 ? *all.begin() + " contradicts itself"
                         : list_words(all) + " exclude each other";
}

/// The premises that may have to do with the facts: of names that these mention.
inline std::vector<premise> premises_about(const universe& u, const std::vector<premise>& premises,
                                           const explanation& e) {
  std::set<std::string> mentioned{u.repository().names()[e.name]};
  for (const fact& f : e.facts) {
    mentioned.insert(f.names.begin(), f.names.end());
    mentioned.insert(u.repository().name_string(f.package));
  }
  std::vector<premise> out;
  for (const premise& p : premises) {
    if (!p.atom.constraint.is_empty() && mentioned.count(p.atom.name) != 0) out.push_back(p);
  }
  return out;
}

/// As causes follow each other: what is said of `first`, then of each name that this speaks of,
/// with all that follows from it before the next (depth first); elsewhere by package, kind and
/// text.
inline std::vector<fact> in_chain_order(const repository& repo, std::vector<fact> facts,
                                        name_id first) {
  std::sort(facts.begin(), facts.end(), [](const fact& a, const fact& b) {
    return std::tie(a.package, a.what, a.text) < std::tie(b.package, b.what, b.text);
  });
  std::map<name_id, std::vector<fact>> by_name;
  std::vector<name_id> next;  // the last is the next
  for (fact& f : facts) by_name[repo.name_of(f.package)].push_back(std::move(f));
  for (auto it = by_name.rbegin(); it != by_name.rend(); ++it) next.push_back(it->first);
  next.push_back(first);
  facts.clear();
  while (!next.empty()) {
    const auto found = by_name.extract(next.back());
    next.pop_back();
    if (found.empty()) continue;
    for (fact& f : found.mapped()) facts.push_back(std::move(f));
    for (auto f = facts.end(); f != facts.end() - std::ssize(found.mapped()); --f) {
      const auto& names = std::prev(f)->names;
      for (auto n = names.rbegin(); n != names.rend(); ++n) next.push_back(repo.find_name(*n));
    }
  }
  return facts;
}

/// `given`: all premises; `premises`: those that the facts need.
inline void tell(const universe& u, const std::vector<premise>& given,
                 const std::vector<premise>& premises, explanation& e) {
  const repository& repo = u.repository();
  // Facts that differ only in the version of the package are one sentence.
  using key = std::tuple<name_id, fact::kind, std::string>;
  std::vector<key> order;
  std::map<key, std::vector<package_id>> groups;
  for (const fact& f : e.facts) {
    key k{repo.name_of(f.package), f.what, f.text};
    auto& group = groups[k];
    if (group.empty()) order.push_back(k);
    group.push_back(f.package);
  }
  for (const key& k : order) {
    const auto& [name, what, text] = k;
    const auto& role = u.tables().roles[name];
    const std::string versions =
        version_list(u, groups[k], groups[k].size() == role.candidate_count);
    const bool many = groups[k].size() > 1;
    const char* const verb = what == fact::kind::needs ? (many ? "need" : "needs")
                             : what == fact::kind::conflicts
                                 ? (many ? "conflict with" : "conflicts with")
                                 : (many ? "are of conflict class" : "is of conflict class");
    e.sentences.push_back(fmt::format("{} {} {} {}", repo.names()[name], versions, verb, text));
  }
  std::set<std::string> asked;
  for (const premise& p : premises) {
    asked.insert(p.atom.name);
    if (p.phrase[0] == '\0') continue;
    e.sentences.push_back(fmt::format(fmt::runtime(p.phrase), rule_text(p.atom)));
  }
  for (const fact& f : e.facts) {
    for (const std::string& name : f.lacking) {
      if (asked.insert(name).second) e.sentences.push_back(availability_note(u, name));
    }
  }

  std::set<std::string> blockers;
  std::set<std::string> causes;
  for (const fact& f : e.facts) {
    if (!f.impossible_alone) continue;
    blockers.insert(repo.name_string(f.package));
    const bool avoided = std::any_of(f.lacking.begin(), f.lacking.end(),
                                     [&](const auto& n) { return all_avoided(u, n); });
    causes.insert(
        fmt::format("{} needs {}", repo.name_string(f.package),
                    f.lacking.empty() ? f.text
                    : avoided ? fmt::format("{}, of which every version has the flag avoid-version",
                                            fmt::join(f.lacking, " or "))
                              : fmt::format("another {}", fmt::join(f.lacking, " or "))));
  }
  e.blockers.assign(blockers.begin(), blockers.end());
  if (e.facts.empty()) {
    // What was asked for cannot be had, whatever the target.
    e.sentences.clear();
    for (const premise& p : given) {
      e.sentences.push_back(fmt::format("you asked for {}", rule_text(p.atom)));
      e.sentences.push_back(availability_note(u, p.atom.name));
    }
    e.cause = "the packages asked for cannot be had";
  } else if (causes.empty()) {
    e.cause = disagreement(u, e.facts);
  } else {
    e.cause = fmt::format("{}", fmt::join(causes, "; "));
  }
}

inline fact::kind fact_kind(rule_place::kind what) noexcept {
  return what == rule_place::kind::required    ? fact::kind::needs
         : what == rule_place::kind::forbidden ? fact::kind::conflicts
                                               : fact::kind::conflict_class;
}

template <class Target>
explanation explain_target(prober& p, const universe& u, const std::vector<premise>& premises,
                           name_id name, package_id package, Target target) {
  explanation e;
  e.name = name;
  e.target = package;
  p.aim(name);
  const search_outcome outcome = p.solve(target);
  if (outcome != search_outcome::unsatisfiable) {
    throw invalid_request(fmt::format(
        "{} {}", u.repository().names()[name],
        outcome == search_outcome::satisfiable
            ? "has a solution: there is nothing to explain"
            : "was given up: whether it has a solution is not known; raise the conflict limit or "
              "the time limit"));
  }
  const universe_tables& t = u.tables();
  std::vector<rule_place> rules = short_refutation(p, target);
  e.minimal = minimise(p, target, rules);
  for (const rule_place& r : rules) {
    const package_id id = t.candidate_packages[r.candidate];
    const dependency_context context =
        dependency_switches(u.repository(), u.options(), id, p.is_root(r.candidate));
    fact f = describe_rule(u, id, context, fact_kind(r.what), r.position);
    std::set<role_id> lacking;
    if (r.what == rule_place::kind::required &&
        p.impossible(p.required(r.candidate)[r.position], &lacking)) {
      f.impossible_alone = true;
      for (const std::string& n : f.names) {
        // A name that the repository lacks has no role of its own.
        const name_id known = u.repository().find_name(n);
        if (known == name_id::none || lacking.count(role_of(known)) != 0) {
          f.lacking.push_back(n);
        }
      }
      std::sort(f.lacking.begin(), f.lacking.end());
      f.lacking.erase(std::unique(f.lacking.begin(), f.lacking.end()), f.lacking.end());
    }
    e.facts.push_back(std::move(f));
  }
  e.facts = in_chain_order(u.repository(), std::move(e.facts), name);
  std::vector<premise> needed = premises_about(u, premises, e);
  std::vector<package_atom> atoms;
  for (const premise& one : needed) atoms.push_back(one.atom);
  atoms = p.needed(u, target, rules, std::move(atoms));
  std::erase_if(needed, [&](const premise& one) {
    return std::find(atoms.begin(), atoms.end(), one.atom) == atoms.end();
  });
  tell(u, premises, needed, e);
  return e;
}

/// For a target that is not even a candidate.
inline explanation explain_absence(const universe& u, name_id name, package_id target) {
  explanation e;
  e.name = name;
  e.target = target;
  const std::string& text = u.repository().names()[name];
  if (target != package_id::none && u.availability(target) != availability::avoided) {
    e.sentences.push_back(fmt::format("{} is not available in this environment{}",
                                      u.repository().full_name(target), available_text(u, target)));
  } else {
    e.sentences.push_back(availability_note(u, text));
  }
  const bool avoided =
      target != package_id::none && u.availability(target) == availability::avoided;
  e.cause = avoided ? "only versions to avoid" : "not available in this environment";
  return e;
}

}  // namespace solve_impl
}  // namespace opamplan
