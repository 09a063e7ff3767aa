/// \file
/// Which candidates of a name a set of its versions holds.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "opamplan/package/ids.hpp"
#include "opamplan/repository/version_sets.hpp"
#include "opamplan/solve/tables.hpp"

namespace opamplan::solve_impl {

/// The candidates of a name are two runs in the order of packages, or in its reverse: those without
/// and those with avoid-version. A range of packages is a range of each.
class version_members {
 public:
  version_members(const universe_tables& tables, bool newest_first)
      : t_(tables), newest_first_(newest_first) {}

  /// Of the next name: how many of its candidates come before those to avoid.
  void add_name(std::size_t first_run) { first_runs_.push_back(first_run); }

  /// As bits of the name's role, bit i being its i-th candidate. Valid until the next call.
  [[nodiscard]] std::span<const std::uint64_t> of(const version_set& set) {
    const universe_tables::role& role = t_.roles[set.name];
    const auto all =
        std::span(t_.candidate_packages).subspan(role.first_candidate, role.candidate_count);
    const std::size_t first_run = first_runs_[set.name];
    words_.assign(role.word_count, 0);
    for (const package_range range : set.ranges) {
      add(all.first(first_run), 0, range);
      add(all.subspan(first_run), first_run, range);
    }
    return words_;
  }

 private:
  void add(std::span<const package_id> run, std::size_t offset, package_range range) {
    const auto place = [&](package_id p) {  // of the first candidate that comes after all before p
      const auto it = std::partition_point(run.begin(), run.end(), [&](package_id other) {
        return newest_first_ ? other >= p : other < p;
      });
      return offset + static_cast<std::size_t>(it - run.begin());
    };
    const std::size_t first = place(range.first);
    const std::size_t last = place(range.last);
    set_range(std::min(first, last), std::max(first, last));
  }

  void set_range(std::size_t begin, std::size_t end) {
    constexpr std::uint64_t all = ~std::uint64_t{0};
    for (std::size_t at = begin; at < end;) {
      const std::size_t count = std::min(64 - at % 64, end - at);
      words_[at / 64] |= (all >> (64 - count)) << (at % 64);
      at += count;
    }
  }

  const universe_tables& t_;
  bool newest_first_;
  std::vector<std::size_t> first_runs_;
  std::vector<std::uint64_t> words_;
};

}  // namespace opamplan::solve_impl
