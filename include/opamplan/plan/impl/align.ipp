/// \file
/// Local search for versions to prefer.
#pragma once

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "opamplan/base/config.hpp"
#include "opamplan/base/error.hpp"
#include "opamplan/closure/closure.hpp"
#include "opamplan/plan/align.hpp"
#include "opamplan/plan/impl/layer_groups.hpp"

namespace opamplan {
namespace plan_impl {

// splitmix64 (Steele, Lea and Flood 2014). Layers only have to differ with near certainty: the
// plan's own keys are SHA-256.
inline std::uint64_t mixed(std::uint64_t x) noexcept {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31U);
}

/// A hash for each layer of a solution; none if no plan can hold it.
class layer_hashes {
 public:
  explicit layer_hashes(bool switches) : groups_(switches) {}

  const std::vector<std::uint64_t>& of(const solution& s) {
    found_.clear();
    if (!build_cycle(s).empty()) return found_;
    groups_.each(s, [&](const layer_group& group) {
      std::uint64_t hash = mixed(group.for_target ? 1 : 0);
      for (const package_id p : group.packages) hash = mixed(hash ^ p);
      std::uint64_t needs = 0;  // a sum, as the order of groups is the solution's
      for (const std::uint32_t g : group.needs) needs += mixed(found_[g]);
      found_.push_back(mixed(hash ^ mixed(needs)));
    });
    return found_;
  }

 private:
  layer_groups groups_;
  std::vector<std::uint64_t> found_;
};

/// How many solutions hold each layer.
class layer_census {
 public:
  void add(const std::vector<std::uint64_t>& layers) {
    for (const std::uint64_t l : layers) ++count_[l];
  }
  void remove(const std::vector<std::uint64_t>& layers) {
    for (const std::uint64_t l : layers) {
      const auto it = count_.find(l);
      if (--it->second == 0) count_.erase(it);
    }
  }
  [[nodiscard]] std::size_t distinct() const noexcept { return count_.size(); }

 private:
  std::unordered_map<std::uint64_t, std::uint32_t> count_;
};

inline bool holds(const solution& s, package_id p) {
  return std::binary_search(s.packages.begin(), s.packages.end(), p);
}

/// The versions of names that solutions hold in several versions.
struct contested_name {
  std::size_t minority = 0;  // solutions that do not hold the most frequent version
  std::vector<package_id> versions;
};

inline std::vector<contested_name> contested(const universe& u,
                                             std::span<const solve_result> results) {
  const repository& repo = u.repository();
  std::vector<std::uint32_t> count(repo.size(), 0);
  for (const solve_result& r : results) {
    if (!r.solution) continue;
    for (const package_id p : r.solution->packages) ++count[p];
  }
  std::vector<contested_name> out;
  for (std::uint32_t n = 0; n < repo.name_count(); ++n) {
    contested_name name;
    std::size_t all = 0;
    std::size_t most = 0;
    for (const package_id p : repo.versions(name_id{n})) {
      if (count[p] == 0) continue;
      name.versions.push_back(p);
      all += count[p];
      most = std::max<std::size_t>(most, count[p]);
    }
    name.minority = all - most;
    if (name.versions.size() > 1) out.push_back(std::move(name));
  }
  std::sort(out.begin(), out.end(), [](const contested_name& a, const contested_name& b) {
    return a.minority != b.minority ? a.minority > b.minority
                                    : a.versions.front() < b.versions.front();
  });
  return out;
}

/// Compares the versions of names that both solutions hold.
inline void count_changes(const universe& u, const solution& before, const solution& after,
                          alignment& out) {
  const repository& repo = u.repository();
  for (std::size_t i = 0, j = 0; i < before.packages.size() && j < after.packages.size();) {
    const package_id a = before.packages[i];
    const package_id b = after.packages[j];
    if (repo.name_of(a) == repo.name_of(b)) {
      out.older += b < a ? 1 : 0;
      out.newer += a < b ? 1 : 0;
    }
    i += repo.name_of(a) <= repo.name_of(b) ? 1 : 0;
    j += repo.name_of(b) <= repo.name_of(a) ? 1 : 0;
  }
}

class alignment {
 public:
  alignment(const universe& u, std::vector<solve_result> results, const solve_options& options)
      : universe_(u),
        options_(options),
        results_(std::move(results)),
        hashes_(u.options().root_dependencies.with_test || u.options().root_dependencies.with_doc) {
    for (const solve_result& r : results_) {
      if (r.solution) census_.add(hashes_.of(*r.solution));
    }
  }

  [[nodiscard]] std::size_t layers() const noexcept { return census_.distinct(); }
  [[nodiscard]] std::vector<solve_result>& results() noexcept { return results_; }
  [[nodiscard]] std::vector<package_id> preferred() const {
    auto list = options_.preferred;
    std::sort(list.begin(), list.end());
    return list;
  }

  /// Prefers `wanted` if that leaves fewer layers.
  bool try_version(package_id wanted, const progress_callback& progress) {
    const name_id name = universe_.repository().name_of(wanted);
    std::vector<std::size_t> affected;
    std::vector<package_id> targets;
    for (std::size_t i = 0; i < results_.size(); ++i) {
      const auto& r = results_[i];
      if (!r.solution || holds(*r.solution, wanted) || !holds_name(*r.solution, name)) continue;
      affected.push_back(i);
      targets.push_back(r.target);
    }
    solve_options trial = options_;
    std::erase_if(trial.preferred,
                  [&](package_id p) { return universe_.repository().name_of(p) == name; });
    trial.preferred.push_back(wanted);
    trial.progress = progress;
    solve_summary fresh = solve_all(universe_, targets, trial);
    const std::size_t before = census_.distinct();
    exchange(affected, fresh.results);
    if (census_.distinct() < before) {
      options_ = std::move(trial);
      return true;
    }
    exchange(affected, fresh.results);
    return false;
  }

 private:
  [[nodiscard]] bool holds_name(const solution& s, name_id name) const {
    const auto versions = universe_.repository().versions(name);
    const auto it = std::lower_bound(s.packages.begin(), s.packages.end(), *versions.begin());
    return it != s.packages.end() && universe_.repository().name_of(*it) == name;
  }

  void exchange(const std::vector<std::size_t>& at, std::vector<solve_result>& with) {
    for (std::size_t k = 0; k < at.size(); ++k) {
      if (!with[k].solution) continue;  // gave up: keep what there is
      solve_result& r = results_[at[k]];
      if (*with[k].solution == *r.solution) continue;
      census_.remove(hashes_.of(*r.solution));
      std::swap(*r.solution, *with[k].solution);
      census_.add(hashes_.of(*r.solution));
    }
  }

  const universe& universe_;
  solve_options options_;
  std::vector<solve_result> results_;
  layer_hashes hashes_;
  layer_census census_;
};

}  // namespace plan_impl

OPAMPLAN_INLINE alignment align(const universe& u, std::span<const solve_result> results,
                                const solve_options& options) {
  alignment out;
  plan_impl::alignment search(u, {results.begin(), results.end()}, options);
  out.layers_before = search.layers();
  // The number of rounds is bounded by the layers saved; on opam-repository it is three.
  for (bool again = true; again;) {
    again = false;
    const auto names = plan_impl::contested(u, search.results());
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto report = [&] {
        return !options.progress || options.progress({"align", i, names.size()});
      };
      for (const package_id wanted : names[i].versions) {
        if (!report()) throw cancelled();
        again =
            search.try_version(wanted, [&](const progress_event&) { return report(); }) || again;
      }
    }
  }
  out.layers_after = search.layers();
  out.preferred = search.preferred();
  out.results = std::move(search.results());
  for (std::size_t i = 0; i < out.results.size(); ++i) {
    if (!results[i].solution || *out.results[i].solution == *results[i].solution) continue;
    ++out.changed;
    plan_impl::count_changes(u, *results[i].solution, *out.results[i].solution, out);
  }
  return out;
}

}  // namespace opamplan
