/// \file
/// Which targets a change can touch, and the results of all others with new numbers.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <utility>

#include "opamplan/base/error.hpp"
#include "opamplan/base/rows.hpp"
#include "opamplan/repository/names.hpp"
#include "opamplan/repository/same_names.hpp"
#include "opamplan/solve/newest.hpp"

namespace opamplan {
namespace solve_impl {

/// Calls `visit(role)` for each role that a candidate of the row requires.
template <class Visit>
void each_required_role(const universe_tables& t, std::span<const choice_id> row,
                        const Visit& visit) {
  for (const choice_id s : row) {
    visit(t.choices[s].role.value());
  }
}

/// What a change of some names of a universe can touch.
class touched_by {
 public:
  touched_by(const universe& u, std::vector<std::uint32_t> names) : u_(u) {
    const universe_tables& t = u.tables();
    const adjacency dependents = counted_rows(t.roles.size(), [&](const auto& visit) {
      for (std::size_t c = 0; c < t.candidate_roles.size(); ++c) {
        const auto dependent = t.candidate_roles[c].value();
        each_required_role(t, t.required[c], [&](std::uint32_t role) { visit(role, dependent); });
      }
    });
    roles_ =
        reached_from(std::move(names), t.roles.size(), [&](std::uint32_t r, const auto& visit) {
          for (const std::uint32_t dependent : dependents[r]) visit(dependent);
        });
  }

  [[nodiscard]] bool name(name_id n) const { return roles_[n]; }

  /// As a target, with the rules of targets.
  [[nodiscard]] bool target(package_id p) const {
    if (name(u_.repository().name_of(p))) return true;
    const universe_tables& t = u_.tables();
    const candidate_id c = t.package_candidates[p];
    if (c == candidate_id::none || t.root_required.size() == 0) return false;
    bool any = false;
    each_required_role(t, t.root_required[c],
                       [&](std::uint32_t role) { any = any || roles_[role]; });
    return any;
  }

 private:
  const universe& u_;
  std::vector<bool> roles_;
};

/// Names of a universe that are not among those that stayed the same.
inline std::vector<std::uint32_t> other_names(std::size_t count, const std::vector<bool>& same) {
  std::vector<std::uint32_t> names;
  for (std::uint32_t n = 0; n < count; ++n) {
    if (!same[n]) names.push_back(n);
  }
  return names;
}

/// What differs between two universes can touch which targets of the one and of the other.
class touched_sides {
 public:
  touched_sides(const universe& before, const universe& after, const solve_options& options,
                const std::vector<name_id>& same)
      : was_(before.repository()),
        is_(after.repository()),
        same_(same),
        touched_before_(before, changed_before()),
        touched_now_(after, changed_now()) {
    for (const package_atom& root : options.roots) {
      all_ = all_ || touches(touched_before_, was_, root) || touches(touched_now_, is_, root);
    }
  }

  [[nodiscard]] bool before(package_id target) const {
    return all_ || touched_before_.target(target);
  }
  [[nodiscard]] bool after(package_id target) const { return all_ || touched_now_.target(target); }

  /// The same version after; `package_id::none` if its name has changed.
  [[nodiscard]] package_id renumbered(package_id p) const {
    const name_id name = was_.name_of(p);
    const name_id now = same_[name];
    if (now == name_id::none) return package_id::none;
    return is_.versions(now)[p - was_.versions(name).first];
  }

 private:
  [[nodiscard]] std::vector<std::uint32_t> changed_before() const {
    std::vector<bool> stayed(same_.size());
    for (std::size_t n = 0; n < same_.size(); ++n) stayed[n] = same_[n] != name_id::none;
    return other_names(stayed.size(), stayed);
  }
  [[nodiscard]] std::vector<std::uint32_t> changed_now() const {
    std::vector<bool> stayed(is_.name_count(), false);
    for (const name_id n : same_) {
      if (n != name_id::none) stayed[n] = true;
    }
    return other_names(stayed.size(), stayed);
  }

  static bool touches(const touched_by& touched, const repository& repo, const package_atom& root) {
    return touched.name(require_name(repo, root.name));
  }

  const repository& was_;
  const repository& is_;
  const std::vector<name_id>& same_;
  touched_by touched_before_;
  touched_by touched_now_;
  bool all_ = false;  // a root may be another
};

/// Takes results over from an earlier universe.
class result_heir {
 public:
  result_heir(const solved_newest& before, const universe& u, const solve_options& options,
              const std::vector<name_id>& same)
      : before_(before),
        repo_(u.repository()),
        same_(same),
        touched_(before.in, u, options, same) {}

  /// The earlier result for this target, if nothing that it may have looked at has changed.
  [[nodiscard]] result_id find(package_id target) {
    if (touched_.after(target)) return result_id::none;
    const std::string& name = repo_.name_string(target);
    const repository& was = before_.in.repository();
    while (next_ < before_.results.size() && was.names()[name_at(next_)] < name) ++next_;
    assert(next_ < before_.results.size() && was.names()[name_at(next_)] == name);
    const solve_result& r = before_.results[next_];
    // When a request is given up depends on the numbers of what it does not look at.
    if (r.status == solve_status::gave_up || touched_.before(r.target)) return result_id::none;
    return next_;
  }

  /// The same in this repository.
  [[nodiscard]] solve_result take(result_id at) const {
    solve_result r = before_.results[at];
    r.name = same_[r.name];
    r.target = renumbered(r.target);
    if (r.solution) {
      r.solution->target = r.target;
      for (package_id& p : r.solution->packages) p = renumbered(p);
    }
    return r;
  }

 private:
  [[nodiscard]] name_id name_at(result_id result) const { return before_.results[result].name; }

  [[nodiscard]] package_id renumbered(package_id p) const {
    const package_id now = touched_.renumbered(p);
    assert(now != package_id::none);
    return now;
  }

  const solved_newest& before_;
  const repository& repo_;
  const std::vector<name_id>& same_;
  touched_sides touched_;
  result_id next_{0};  // of the earlier results
};

}  // namespace solve_impl

OPAMPLAN_INLINE void check_comparable(const universe& before, const solve_options& asked_before,
                                      const universe& after, const solve_options& asked_after) {
  const universe_options& a = before.options();
  const universe_options& b = after.options();
  if (before.environment() == after.environment() && a.dependencies == b.dependencies &&
      a.root_dependencies == b.root_dependencies && a.prefer_oldest == b.prefer_oldest &&
      a.avoid_version == b.avoid_version && asked_before.roots == asked_after.roots &&
      asked_before.constraints == asked_after.constraints) {
    return;
  }
  throw invalid_request("the universe before has another environment or other options");
}

OPAMPLAN_INLINE solved_newest solve_newest(universe u, const solve_options& options,
                                           const solved_newest* before) {
  const std::vector<package_id> targets = u.latest();
  solved_newest out{std::move(u), {}, {}, {}};
  out.results.resize(targets.size());
  out.taken.resize(targets.size());
  if (before != nullptr) {
    check_comparable(before->in, options, out.in, options);
    out.same = same_names(before->in.repository(), out.in.repository());
    solve_impl::result_heir heir(*before, out.in, options, out.same);
    for (const result_id r : out.results.indices()) {
      out.taken[r] = heir.find(targets[r]);
      if (out.taken[r] != result_id::none) out.results[r] = heir.take(out.taken[r]);
    }
  }
  std::vector<result_id> places;
  std::vector<package_id> open;
  for (const result_id r : out.results.indices()) {
    if (out.taken[r] != result_id::none) continue;
    places.push_back(r);
    open.push_back(targets[r]);
  }
  if (open.empty()) return out;
  solve_summary solved = solve_all(out.in, open, options);
  for (std::size_t i = 0; i < open.size(); ++i) {
    out.results[places[i]] = std::move(solved.results[i]);
  }
  return out;
}

OPAMPLAN_INLINE touched_targets targets_touched(const universe& before, const universe& after,
                                                const solve_options& options) {
  check_comparable(before, options, after, options);
  const std::vector<name_id> same = same_names(before.repository(), after.repository());
  const solve_impl::touched_sides touched(before, after, options, same);
  touched_targets out;
  std::vector<bool> marked(after.repository().size(), false);
  for (const package_id p : before.available_packages()) {
    const package_id now = touched.renumbered(p);
    const bool is_touched = touched.before(p) || (now != package_id::none && touched.after(now));
    if (!is_touched) continue;
    out.before.push_back(p);
    if (now != package_id::none) marked[now] = true;
  }
  for (const package_id p : after.available_packages()) {
    if (marked[p] || touched.after(p)) out.after.push_back(p);
  }
  return out;
}

}  // namespace opamplan
