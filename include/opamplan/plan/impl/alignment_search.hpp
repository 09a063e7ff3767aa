/// \file
/// The search of `align`: which versions it tries, and what a try costs.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "opamplan/base/index.hpp"
#include "opamplan/base/rows.hpp"
#include "opamplan/base/workers.hpp"
#include "opamplan/plan/impl/layer_census.hpp"
#include "opamplan/solve/solver.hpp"
#include "opamplan/solve/universe.hpp"

namespace opamplan::plan_impl {

/// A try to prefer a version can change the targets that hold its name in another one. What keeps
/// it cheap, none of which can change what comes of it:
///
/// - A version that was refused when another was taken is refused again (`affected_by`).
/// - Layers are counted without the targets that can change, then with each as it is solved. Their
///   number only grows then, so a try ends as soon as there are as many as before.
/// - What a try came to is known to later ones (`trial`).
/// - Solvers are kept: what they learn holds whatever is preferred.
///
/// The first and the third rest on this: a solution is the preferred one exactly if each name that
/// it holds has the best version that can be had beside what was decided before, and the solution
/// itself says what that was.
class alignment_search {
 public:
  alignment_search(const universe& u, std::vector<solve_result> results,
                   const solve_options& options)
      : universe_(u),
        options_(options),
        results_(std::move(results)),
        layers_(results_.size()),
        changed_(results_.size(), 0),
        undecided_(results_.size(), false),
        trials_(u.repository().size()),
        workers_(options.threads, "align", options.progress),
        solvers_(workers_.count()) {
    layer_hashes hashes = hashes_of_layers();
    for (std::size_t i = 0; i < results_.size(); ++i) {
      if (!results_[i].solution) continue;
      layers_[i] = census_.numbered(hashes.of(*results_[i].solution));
      census_.add(layers_[i]);
    }
    census_.commit();
    find_holders();
  }

  [[nodiscard]] std::size_t layers() const noexcept { return census_.distinct(); }
  [[nodiscard]] std::vector<solve_result>& results() noexcept { return results_; }
  [[nodiscard]] std::vector<package_id> preferred() const {
    auto list = options_.preferred;
    std::sort(list.begin(), list.end());
    return list;
  }

  /// Tries all versions of names that solutions hold in several. Whether any is preferred now.
  bool round() {
    const std::size_t kept = kept_.size();
    const auto names = contested();
    workers_.start_over();
    workers_.set_total(names.size());
    for (const contested_name& name : names) {
      for (const package_id wanted : name.versions) {
        workers_.report();
        try_version(wanted);
      }
      workers_.add_done();
    }
    return kept_.size() > kept;
  }

 private:
  using layers_of_one = std::vector<layer_census::layer>;

  /// The versions of a name that solutions hold in several versions.
  struct contested_name {
    std::size_t minority = 0;  // solutions that do not hold the most frequent version
    std::vector<package_id> versions;
  };

  /// What became of a target when a version was preferred. If it stayed as it was, so it does as
  /// long as its solution is this one, whatever else is preferred by then. If not, it becomes the
  /// same again, unless a name that it then holds in another version is preferred by then.
  struct trial {
    std::uint32_t at = 0;  // among results
    std::size_t kept = 0;  // how many versions had been kept then
    bool same = false;     // it stayed; else
    std::vector<package_id> packages;
    layers_of_one layers;
  };

  /// What a target came to, just now.
  struct answer {
    std::uint32_t at = 0;
    bool gave_up = false;
    bool changed = false;
    layers_of_one layers;  // if it changed, as is the next one
    solution found;
  };

  [[nodiscard]] layer_hashes hashes_of_layers() const {
    const auto& asked = universe_.options().root_dependencies;
    return layer_hashes(asked.with_test || asked.with_doc);
  }

  [[nodiscard]] name_id name_of(package_id p) const { return universe_.repository().name_of(p); }

  void find_holders() {
    holders_ = counted_rows(universe_.repository().size(), [&](const auto& visit) {
      for (std::uint32_t i = 0; i < results_.size(); ++i) {
        if (!results_[i].solution) continue;
        for (const package_id p : results_[i].solution->packages) visit(p, i);
      }
    });
  }

  [[nodiscard]] std::vector<contested_name> contested() const {
    const repository& repo = universe_.repository();
    std::vector<contested_name> out;
    for (std::uint32_t n = 0; n < repo.name_count(); ++n) {
      contested_name name;
      std::size_t all = 0;
      std::size_t most = 0;
      for (const package_id p : repo.versions(name_id{n})) {
        const std::size_t count = holders_[p].size();
        if (count == 0) continue;
        name.versions.push_back(p);
        all += count;
        most = std::max(most, count);
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

  /// The results that may change if `wanted` is preferred, ascending: they hold its name in another
  /// version. But a version that comes before the one that was taken was refused, and it is still.
  [[nodiscard]] std::vector<std::uint32_t> affected_by(package_id wanted) const {
    const universe_tables& tables = universe_.tables();
    std::vector<std::uint32_t> out;
    for (const package_id taken : universe_.repository().versions(name_of(wanted))) {
      if (taken == wanted) continue;
      const bool out_of_turn = std::find(options_.preferred.begin(), options_.preferred.end(),
                                         taken) != options_.preferred.end();
      const bool refused =
          !out_of_turn && tables.package_candidates[wanted] < tables.package_candidates[taken];
      for (const std::uint32_t i : holders_[taken]) {
        if (results_[i].target == taken) continue;  // asked for
        if (!refused || undecided_[i]) out.push_back(i);
      }
    }
    std::sort(out.begin(), out.end());
    return out;
  }

  /// Whether the target would come to the same now.
  [[nodiscard]] bool holds_still(const trial& t, package_id wanted) const {
    if (t.same) return changed_[t.at] <= t.kept;
    return std::all_of(
        kept_.begin() + static_cast<std::ptrdiff_t>(t.kept), kept_.end(), [&](package_id since) {
          if (name_of(since) == name_of(wanted)) return true;
          const auto at =
              std::lower_bound(t.packages.begin(), t.packages.end(),
                               *universe_.repository().versions(name_of(since)).begin());
          return at == t.packages.end() || name_of(*at) != name_of(since) ||
                 std::binary_search(at, t.packages.end(), since);
        });
  }

  /// Prefers `wanted` if that leaves fewer layers.
  void try_version(package_id wanted) {
    std::vector<trial>& known = trials_[wanted];
    std::erase_if(known, [&](const trial& t) { return !holds_still(t, wanted); });
    std::vector<std::uint32_t> open;
    std::vector<const trial*> moved;
    auto next = known.begin();
    for (const std::uint32_t i : affected_by(wanted)) {
      while (next != known.end() && next->at < i) ++next;
      if (next == known.end() || next->at != i) {
        open.push_back(i);
      } else if (!next->same) {
        moved.push_back(&*next);
      }
    }
    const std::size_t before = census_.distinct();
    for (const std::uint32_t i : open) census_.remove(layers_[i]);
    for (const trial* t : moved) census_.remove(layers_[t->at]);
    for (const trial* t : moved) census_.add(t->layers);
    const auto is_better = [&] { return census_.distinct() < before; };

    const std::vector<package_id> preferred = preferred_with(wanted);
    std::vector<answer> answers;
    if (is_better()) {
      solve(open, preferred, [&](answer a) {
        census_.add(a.changed ? a.layers : layers_[a.at]);
        answers.push_back(std::move(a));
        return is_better();
      });
    }
    const bool keep = is_better();
    census_.roll_back();
    if (keep) {
      std::vector<std::uint32_t> again;  // only their layers are known
      for (const trial* t : moved) again.push_back(t->at);
      solve(again, preferred, [&](answer a) {
        answers.push_back(std::move(a));
        return true;
      });
      adopt(wanted, answers);
      options_.preferred = preferred;
    } else {
      remember(known, answers);
    }
  }

  [[nodiscard]] std::vector<package_id> preferred_with(package_id wanted) const {
    std::vector<package_id> out = options_.preferred;
    std::erase_if(out, [&](package_id p) { return name_of(p) == name_of(wanted); });
    out.push_back(wanted);
    return out;
  }

  /// Solves these targets; `take(answer)` is given one at a time, in any order, and says whether to
  /// go on.
  template <class Take>
  void solve(std::span<const std::uint32_t> places, const std::vector<package_id>& preferred,
             const Take& take) {
    static constexpr std::size_t worth_a_thread = 16;
    std::atomic<std::size_t> next{0};
    std::atomic<bool> enough{false};
    std::mutex mutex;
    workers_.run(
        [&](unsigned worker) {
          solver& s = solver_of(worker, preferred);
          layer_hashes hashes = hashes_of_layers();
          while (!enough && !workers_.stopped()) {
            const std::size_t k = next++;
            if (k >= places.size()) return;
            const solve_result& now = results_[places[k]];
            solve_result r = s.solve(now.target);
            answer a{places[k], !r.solution, r.solution && *r.solution != *now.solution, {}, {}};
            std::span<const std::uint64_t> layers;
            if (a.changed) layers = hashes.of(*r.solution);
            const std::lock_guard lock(mutex);
            if (a.changed) {
              a.layers = census_.numbered(layers);
              a.found = std::move(*r.solution);
            }
            if (!take(std::move(a))) enough = true;
            if (worker == 0) workers_.report();
          }
        },
        places.size() / worth_a_thread + 1);
  }

  solver& solver_of(unsigned worker, const std::vector<package_id>& preferred) {
    std::unique_ptr<solver>& s = solvers_[worker];
    if (s) {
      s->prefer(preferred);
    } else {
      solve_options own = options_;
      own.preferred = preferred;
      own.progress = workers_.poll(worker);
      s = std::make_unique<solver>(universe_, std::move(own));
    }
    return *s;
  }

  void adopt(package_id wanted, std::vector<answer>& answers) {
    kept_.push_back(wanted);
    for (answer& a : answers) {
      if (!a.changed && !a.gave_up) continue;
      changed_[a.at] = kept_.size();
      undecided_[a.at] = a.gave_up;
      if (a.gave_up) continue;  // keeps what there is
      census_.remove(layers_[a.at]);
      census_.add(a.layers);
      layers_[a.at] = std::move(a.layers);
      results_[a.at].solution = std::move(a.found);
    }
    census_.commit();
    find_holders();
  }

  void remember(std::vector<trial>& known, std::vector<answer>& answers) const {
    for (answer& a : answers) {
      if (a.gave_up) continue;
      known.push_back(
          {a.at, kept_.size(), !a.changed, std::move(a.found.packages), std::move(a.layers)});
    }
    std::sort(known.begin(), known.end(),
              [](const trial& a, const trial& b) { return a.at < b.at; });
  }

  const universe& universe_;
  solve_options options_;
  std::vector<solve_result> results_;
  std::vector<layers_of_one> layers_;  // by result
  std::vector<std::size_t> changed_;  // by result: how many versions were kept when it last changed
  std::vector<bool> undecided_;       // by result: the search for what it should be was given up
  flat_rows<std::uint32_t> holders_;  // by package: the results that hold it, ascending
  layer_census census_;
  std::vector<package_id> kept_;  // versions that were preferred, one after the other
  index_vector<package_id, std::vector<trial>> trials_;  // by version preferred; ascending
  workers workers_;
  std::vector<std::unique_ptr<solver>> solvers_;  // by worker; made when first needed
};

}  // namespace opamplan::plan_impl
