/// \file
/// Rows of different lengths in two flat arrays, graphs as such rows, and walks over graphs.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace opamplan {

/// Compressed sparse rows: row i is values[offsets[i], offsets[i + 1]).
template <class T>
struct flat_rows {
  std::vector<std::uint32_t> offsets{0};
  std::vector<T> values;

  [[nodiscard]] std::span<const T> operator[](std::size_t row) const noexcept {
    return std::span(values).subspan(offsets[row], offsets[row + 1] - offsets[row]);
  }
  [[nodiscard]] std::size_t size() const noexcept { return offsets.size() - 1; }

  /// What was appended to `values` since the last row becomes one.
  void close_row() { offsets.push_back(static_cast<std::uint32_t>(values.size())); }
  void add_row(std::span<const T> row) {
    values.insert(values.end(), row.begin(), row.end());
    close_row();
  }
  /// The same, ascending and each once.
  void close_set() {
    const auto begin = values.begin() + offsets.back();
    const auto disordered = [](const T& a, const T& b) { return !(a < b); };
    if (std::adjacent_find(begin, values.end(), disordered) != values.end()) {
      std::sort(begin, values.end());
      values.erase(std::unique(begin, values.end()), values.end());
    }
    close_row();
  }

  friend bool operator==(const flat_rows&, const flat_rows&) = default;
};

/// Directed edges between positions 0..n-1: row i has those that i's edges lead to, ascending.
using adjacency = flat_rows<std::uint32_t>;

/// `count` rows of pairs, by counting: `each(visit)` calls `visit(row, value)` for each pair, twice
/// the same way. The values of a row stay in the order of the visits. Linear.
template <class T = std::uint32_t, class Each>
flat_rows<T> counted_rows(std::size_t count, const Each& each) {
  flat_rows<T> out;
  out.offsets.assign(count + 1, 0);
  each([&](std::size_t row, const T&) { ++out.offsets[row + 1]; });
  std::partial_sum(out.offsets.begin(), out.offsets.end(), out.offsets.begin());
  out.values.resize(out.offsets.back());
  std::vector<std::uint32_t> next(out.offsets.begin(), out.offsets.end() - 1);
  each([&](std::size_t row, const T& value) { out.values[next[row]++] = value; });
  return out;
}

/// By value, of which all are below `count`: the rows that hold it, ascending. Linear.
template <class T>
[[nodiscard]] flat_rows<T> transposed(const flat_rows<T>& of, std::size_t count) {
  return counted_rows<T>(count, [&](const auto& visit) {
    for (std::size_t row = 0; row < of.size(); ++row) {
      for (const T value : of[row]) visit(value, T(row));
    }
  });
}

/// Which of the positions below `count` can be reached from these, themselves included. `each(v,
/// visit)` calls `visit` for each position that an edge of v leads to. Linear.
template <class Each>
std::vector<bool> reached_from(std::vector<std::uint32_t> stack, std::size_t count,
                               const Each& each) {
  std::vector<bool> seen(count, false);
  for (const std::uint32_t start : stack) seen[start] = true;
  while (!stack.empty()) {
    const std::uint32_t v = stack.back();
    stack.pop_back();
    each(v, [&](std::uint32_t next) {
      if (seen[next]) return;
      seen[next] = true;
      stack.push_back(next);
    });
  }
  return seen;
}
template <class Each>
std::vector<bool> reached_from(std::uint32_t start, std::size_t count, const Each& each) {
  return reached_from(std::vector{start}, count, each);
}

/// The positions of a shortest path, both ends included: of several the first by the order of the
/// visits. Empty if there is none. Arguments as above. Linear.
template <class Each>
std::vector<std::uint32_t> shortest_path(std::uint32_t from, std::uint32_t to, std::size_t count,
                                         const Each& each) {
  constexpr std::uint32_t none = 0xffffffffU;
  std::vector<std::uint32_t> before(count, none);
  std::vector<std::uint32_t> queue{from};
  before[from] = from;
  for (std::size_t i = 0; i < queue.size() && before[to] == none; ++i) {
    each(queue[i], [&](std::uint32_t next) {
      if (before[next] != none) return;
      before[next] = queue[i];
      queue.push_back(next);
    });
  }
  std::vector<std::uint32_t> path;
  if (before[to] == none) return path;
  for (std::uint32_t v = to; v != from; v = before[v]) path.push_back(v);
  path.push_back(from);
  std::reverse(path.begin(), path.end());
  return path;
}

}  // namespace opamplan
