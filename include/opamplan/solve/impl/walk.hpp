/// \file
/// The depth-first walk from the roots: which role is decided next.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "opamplan/solve/impl/candidate_rules.hpp"
#include "opamplan/solve/impl/domains.hpp"

namespace opamplan::solve_impl {

/// What became of one decision.
enum class decision : std::uint8_t {
  made,
  settled,   ///< There was nothing to decide: it follows from the rest.
  complete,  ///< All that is reached has a selected candidate.
  conflict,
};

/// Roles in the order in which requirements are written, each when it is first reached. Roles once
/// visited stay selected until their level is undone, so the walk never starts again.
class walk {
 public:
  explicit walk(std::size_t roles) : visited_(roles) {}

  /// Where it begins, in order.
  void set_roots(std::vector<role_id> roots) { roots_ = std::move(roots); }
  void add_root(role_id r) { roots_.push_back(r); }
  /// From the first root again; what was visited is passed by.
  void restart() noexcept { root_position_ = 0; }

  void new_level() {
    levels_.push_back({static_cast<std::uint32_t>(order_.size()),
                       static_cast<std::uint32_t>(frames_.size()), top_, root_position_});
  }
  void backtrack(std::uint32_t to_level) {
    if (levels_.size() <= to_level) return;
    const mark& m = levels_[to_level];
    forget_visits(m.visited);
    frames_.resize(m.frames);
    top_ = m.top;
    root_position_ = m.root_position;
    levels_.resize(to_level);
  }
  void clear() {
    forget_visits(0);
    frames_.clear();
    levels_.clear();
    top_ = no_frame;
  }

  /// In the order of the walk.
  [[nodiscard]] std::span<const role_id> visited() const noexcept { return order_; }

  /// Goes on to the next role without a selected candidate and decides it: `choose(role)` answers
  /// `settled` if it has one now, without a decision.
  template <class Choose>
  decision next(const universe_tables& t, const candidate_rules& rules, const domains& state,
                Choose choose) {
    while (true) {
      role_id r{};
      std::uint32_t position = 0;
      if (top_ == no_frame) {
        if (root_position_ == roots_.size()) return decision::complete;
        r = roots_[root_position_];
      } else {
        const frame f = frames_[top_];
        const auto row = rules.required_row(f.candidate);
        position = f.next;
        while (position < row.size() && !rules.requires_at(f.candidate, position)) ++position;
        if (position == row.size()) {
          top_ = f.below;
          continue;
        }
        r = t.choices[row[position]].role;
      }
      const bool first_visit = visited_[r] == 0;
      if (first_visit) {
        while (state.selected(r) == candidate_id::none) {
          const decision d = choose(r);
          if (d != decision::settled) return d;
        }
        visited_[r] = 1;
        order_.push_back(r);
      }
      if (top_ == no_frame) {
        ++root_position_;
      } else {
        advance(position + 1);
      }
      if (first_visit) push(state.selected(r));
    }
  }

 private:
  // The requirements of one selected candidate, and the frame to go on with after them. A stack
  // whose earlier states stay valid: frames from before the last level are replaced, not changed.
  struct frame {
    candidate_id candidate;
    std::uint32_t next;
    std::uint32_t below;
  };
  static constexpr std::uint32_t no_frame = 0xffffffffU;
  struct mark {  // what backtracking restores
    std::uint32_t visited;
    std::uint32_t frames;
    std::uint32_t top;
    std::uint32_t root_position;
  };

  void push(candidate_id c) {
    frames_.push_back({c, 0, top_});
    top_ = static_cast<std::uint32_t>(frames_.size() - 1);
  }
  void advance(std::uint32_t next) {
    const std::uint32_t saved = levels_.empty() ? 0 : levels_.back().frames;
    if (top_ < saved) {
      frames_.push_back(frames_[top_]);
      top_ = static_cast<std::uint32_t>(frames_.size() - 1);
    }
    frames_[top_].next = next;
  }
  void forget_visits(std::size_t from) {
    while (order_.size() > from) {
      visited_[order_.back()] = 0;
      order_.pop_back();
    }
  }

  std::vector<std::uint8_t> visited_;  // by role
  std::vector<role_id> order_;
  std::vector<frame> frames_;
  std::uint32_t top_ = no_frame;
  std::vector<role_id> roots_;
  std::uint32_t root_position_ = 0;
  std::vector<mark> levels_;
};

}  // namespace opamplan::solve_impl
