/// \file
/// Learnt clauses, watched by two of their literals.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "opamplan/solve/impl/trail.hpp"

namespace opamplan::solve_impl {

/// Two watched literals (Moskewicz et al. 2001), with blockers as in MiniSat 2.2. The first two
/// literals of a clause are the watched ones.
class learnt_clauses {
 public:
  /// `limit`: as many make it full for the first time.
  learnt_clauses(std::size_t variables, std::size_t limit)
      : watches_(2 * variables), first_limit_(limit), limit_(limit), interval_(limit) {}

  [[nodiscard]] std::size_t size() const noexcept { return clauses_.size(); }
  [[nodiscard]] std::span<const literal> operator[](std::size_t i) const noexcept {
    return std::span(literals_).subspan(clauses_[i].first, clauses_[i].size);
  }
  /// Whether it is time to forget.
  [[nodiscard]] bool full() const noexcept { return clauses_.size() >= limit_; }

  /// Of two literals at least. `glue`: how many levels they are of. Returns its place.
  std::uint32_t add(const std::vector<literal>& literals, std::uint32_t glue) {
    const auto index = static_cast<std::uint32_t>(clauses_.size());
    clauses_.push_back({static_cast<std::uint32_t>(literals_.size()),
                        static_cast<std::uint32_t>(literals.size()), glue});
    literals_.insert(literals_.end(), literals.begin(), literals.end());
    watch_first_two(index);
    return index;
  }

  /// Finds another literal to watch for each clause that watches this one, which is false now.
  /// Where there is none, the other watched one follows: `imply(literal, clause)` is false if
  /// that is a contradiction, and then so is this.
  template <class Imply>
  bool visit(literal falsified, const trail& assigned, Imply imply) {
    auto& list = watches_[falsified.code];
    std::size_t kept = 0;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const watch w = list[i];
      if (assigned.is_true(w.blocker)) {
        list[kept++] = w;
        continue;
      }
      literal* const lits = literals_.data() + clauses_[w.clause].first;
      const std::uint32_t size = clauses_[w.clause].size;
      if (lits[0] == falsified) std::swap(lits[0], lits[1]);
      if (assigned.is_true(lits[0])) {
        list[kept++] = {w.clause, lits[0]};
        continue;
      }
      literal* const other =
          std::find_if(lits + 2, lits + size, [&](literal l) { return !assigned.is_false(l); });
      if (other != lits + size) {
        std::swap(lits[1], *other);
        watches_[lits[1].code].push_back({w.clause, lits[0]});
        continue;
      }
      list[kept++] = {w.clause, lits[0]};
      if (!imply(lits[0], w.clause)) {
        while (++i < list.size()) list[kept++] = list[i];
        list.resize(kept);
        return false;
      }
    }
    list.resize(kept);
    return true;
  }

  /// Drops half of them: those of most levels, the older first. Clauses of two levels and reasons
  /// of the trail, which are told their new places, stay (Audemard and Simon 2009, who also let
  /// the limit grow so). `move(from, to)` for each that stays, ascending. Returns how many went.
  template <class Move>
  std::size_t forget(trail& assigned, Move move) {
    const auto count = static_cast<std::uint32_t>(clauses_.size());
    const std::vector<std::uint8_t> stays = those_that_stay(assigned);
    for (const clause& c : clauses_) {
      watches_[literals_[c.first].code].clear();
      watches_[literals_[c.first + 1].code].clear();
    }
    std::vector<std::uint32_t> place(count, 0);
    std::uint32_t kept = 0;
    std::uint32_t end = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
      if (stays[i] == 0) continue;
      clause c = clauses_[i];
      std::copy_n(literals_.begin() + c.first, c.size, literals_.begin() + end);
      c.first = end;
      end += c.size;
      move(i, kept);
      clauses_[kept] = c;
      watch_first_two(kept);
      place[i] = kept++;
    }
    clauses_.resize(kept);
    literals_.resize(end);
    for (const literal l : assigned) {
      reason& why = assigned.reason_of(variable(l));
      if (why.what == reason::kind::clause) why.arg = place[why.arg];
    }
    interval_ += 300;
    limit_ = kept + interval_;
    return count - kept;
  }

  /// Linear in what was learnt.
  void clear() {
    for (const literal l : literals_) watches_[l.code].clear();
    literals_.clear();
    clauses_.clear();
    limit_ = interval_ = first_limit_;
  }

 private:
  struct clause {
    std::uint32_t first = 0;
    std::uint32_t size = 0;
    std::uint32_t glue = 0;
  };
  struct watch {
    std::uint32_t clause;
    literal blocker;  // if true, the clause need not be looked at
  };

  void watch_first_two(std::uint32_t index) {
    const literal* const lits = literals_.data() + clauses_[index].first;
    watches_[lits[0].code].push_back({index, lits[1]});
    watches_[lits[1].code].push_back({index, lits[0]});
  }

  [[nodiscard]] std::vector<std::uint8_t> those_that_stay(const trail& assigned) const {
    std::vector<std::uint8_t> stays(clauses_.size(), 0);
    for (const literal l : assigned) {
      const reason why = assigned.reason_of(variable(l));
      if (why.what == reason::kind::clause) stays[why.arg] = 1;
    }
    std::vector<std::uint32_t> worst;
    for (std::uint32_t i = 0; i < clauses_.size(); ++i) {
      if (clauses_[i].glue <= 2) stays[i] = 1;
      if (stays[i] == 0) worst.push_back(i);
    }
    std::stable_sort(worst.begin(), worst.end(), [&](std::uint32_t a, std::uint32_t b) {
      return clauses_[a].glue > clauses_[b].glue;
    });
    for (std::size_t i = worst.size() / 2; i < worst.size(); ++i) stays[worst[i]] = 1;
    return stays;
  }

  std::vector<literal> literals_;  // of all, one after the other
  std::vector<clause> clauses_;
  std::vector<std::vector<watch>> watches_;  // by literal
  std::size_t first_limit_;
  std::size_t limit_;
  std::size_t interval_;
};

}  // namespace opamplan::solve_impl
