/// \file
/// The closure of a solution's target: what must be installed, in which orders it can be.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "opamplan/base/config.hpp"
#include "opamplan/base/error.hpp"
#include "opamplan/package/ids.hpp"
#include "opamplan/solve/solution.hpp"

namespace opamplan {

/// Which edges of a solution are followed.
enum class closure_edges : std::uint8_t {
  build,           ///< What must be there before: opam-0install's and package-tool's closures.
  build_and_post,  ///< `{post}` too: all that opam installs with the target. May be cyclic.
};

/// The packages that a target reaches, itself included, with their edges.
struct closure {
  std::vector<package_id> packages;  ///< Ascending.
  std::uint32_t target = 0;          ///< Its position in `packages`.
  adjacency dependencies;            ///< Between positions, from dependent to dependency.

  [[nodiscard]] std::size_t size() const noexcept { return packages.size(); }
};

/// Linear in the solution.
[[nodiscard]] closure closure_of(const solution& s, closure_edges edges = closure_edges::build);

/// Its packages alone.
[[nodiscard]] std::vector<package_id> closure_packages(const solution& s,
                                                       closure_edges edges = closure_edges::build);

/// A cycle of build dependencies among what the target reaches over any edge: each needs the next,
/// the last the first. Empty if there is none, as nearly always: opam refuses such dependencies.
/// Which one it is depends on the solution alone. Linear.
[[nodiscard]] std::vector<package_id> build_cycle(const solution& s);

/// An order was asked of what has none.
class cyclic_dependencies : public invalid_request {
 public:
  using invalid_request::invalid_request;
};

/// "a.1 -> b.1 -> a.1", of the names of a cycle.
[[nodiscard]] std::string cycle_text(std::span<const std::string> names);

/// What is wrong with a target of such a cycle, as the end of a sentence.
[[nodiscard]] std::string cycle_reason(std::span<const std::string> names);

/// The same edges backwards: from dependency to dependent.
[[nodiscard]] adjacency reversed(const adjacency& graph);

/// Positions in an order that installs every dependency first. An edge that closes a cycle is
/// ignored. Linear.
[[nodiscard]] std::vector<std::uint32_t> topological_order(const adjacency& graph);

enum class install_order : std::uint8_t {
  /// package-tool's: level by level, each the packages whose dependencies are all installed,
  /// ascending by full name.
  levels,
  /// package-tool's depth-first order: as late as possible (the level order of the reversed graph,
  /// reversed).
  depth_first,
};

/// Positions of `c` in install order. `names[i]` is the full name of position i.
[[nodiscard]] std::vector<std::uint32_t> order_of(const closure& c, install_order order,
                                                  std::span<const std::string> names);

/// Positions of `c` in install order, of what can be installed always what has the highest
/// priority; of equals the first by name. With the number of closures that hold each package
/// (`reverse_index`) as priorities: most shared first, so that targets which are built one after
/// the other share long prefixes. O((vertices + edges) log vertices).
[[nodiscard]] std::vector<std::uint32_t> order_by_priority(const closure& c,
                                                           std::span<const std::uint64_t> priority,
                                                           std::span<const std::string> names);

/// The edges that are not implied by others (Aho, Garey and Ullman 1972). For acyclic graphs;
/// O(vertices * edges / 64).
[[nodiscard]] adjacency transitive_reduction(const adjacency& graph);

/// A graph's strongly connected components (Tarjan 1972, Boost.Graph's) and the edges between them:
/// an acyclic graph. Components are numbered so that what one depends on has smaller numbers.
struct condensation {
  adjacency members;       ///< The positions of each component, ascending.
  adjacency dependencies;  ///< The components each depends on, ascending, without itself.
  std::vector<std::uint32_t> component_of;  ///< By position.

  [[nodiscard]] std::size_t size() const noexcept { return members.size(); }
};

/// O(vertices + edges log edges).
[[nodiscard]] condensation condense(const adjacency& graph);

/// The longest path of an acyclic graph by the durations of its vertices (seconds): first to be
/// installed first.
struct critical_path_result {
  double seconds = 0;
  std::vector<std::uint32_t> path;
};
[[nodiscard]] critical_path_result critical_path(const adjacency& graph,
                                                 std::span<const double> durations);

/// As package-tool prints them: the transitive reduction as an object, keys and values descending,
/// and the install order as an array.
[[nodiscard]] std::string deps_json(const closure& c, std::span<const std::string> names);
[[nodiscard]] std::string order_json(std::span<const std::uint32_t> order,
                                     std::span<const std::string> names);
/// Graphviz, of the transitive reduction.
[[nodiscard]] std::string dot(const closure& c, std::span<const std::string> names);

}  // namespace opamplan

#ifdef OPAMPLAN_HEADER_ONLY
#include "opamplan/closure/impl/closure.ipp"
#endif
