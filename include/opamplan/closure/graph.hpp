/// \file
/// An `adjacency` as a Boost.Graph graph, without copying: IncidenceGraph and VertexListGraph.
#pragma once

#include <boost/graph/graph_traits.hpp>
#include <boost/graph/properties.hpp>
#include <boost/iterator/counting_iterator.hpp>
#include <boost/iterator/iterator_facade.hpp>
#include <boost/property_map/property_map.hpp>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "opamplan/solve/solution.hpp"

// A namespace of its own: argument-dependent lookup finds `source` and `target` here, and they do
// not meet opamplan's types of the same names.
namespace opamplan::bgl {

/// A view; the adjacency must outlive it. Vertices are the positions 0..n-1.
struct graph_view {
  const adjacency* edges;
};

struct graph_edge {
  std::uint32_t source = 0;
  std::uint32_t target = 0;
  friend bool operator==(const graph_edge&, const graph_edge&) = default;
};

class out_edge_iterator : public boost::iterator_facade<out_edge_iterator, graph_edge,
                                                        boost::forward_traversal_tag, graph_edge> {
 public:
  out_edge_iterator() = default;
  out_edge_iterator(std::uint32_t source, const std::uint32_t* target)
      : source_(source), target_(target) {}

 private:
  friend class boost::iterator_core_access;
  [[nodiscard]] graph_edge dereference() const { return {source_, *target_}; }
  void increment() { ++target_; }
  [[nodiscard]] bool equal(const out_edge_iterator& other) const {
    return target_ == other.target_;
  }
  std::uint32_t source_ = 0;
  const std::uint32_t* target_ = nullptr;
};

struct graph_view_category : boost::incidence_graph_tag, boost::vertex_list_graph_tag {};

// Found by argument-dependent lookup, as Boost.Graph's concepts ask.
inline std::pair<out_edge_iterator, out_edge_iterator> out_edges(std::uint32_t v,
                                                                 const graph_view& g) {
  const auto row = (*g.edges)[v];
  return {{v, row.data()}, {v, row.data() + row.size()}};
}
inline std::size_t out_degree(std::uint32_t v, const graph_view& g) { return (*g.edges)[v].size(); }
inline std::uint32_t source(const graph_edge& e, const graph_view&) { return e.source; }
inline std::uint32_t target(const graph_edge& e, const graph_view&) { return e.target; }
inline std::pair<boost::counting_iterator<std::uint32_t>, boost::counting_iterator<std::uint32_t>>
vertices(const graph_view& g) {
  return {boost::counting_iterator<std::uint32_t>(0),
          boost::counting_iterator<std::uint32_t>(static_cast<std::uint32_t>(g.edges->size()))};
}
inline std::size_t num_vertices(const graph_view& g) { return g.edges->size(); }
inline boost::typed_identity_property_map<std::uint32_t> get(boost::vertex_index_t,
                                                             const graph_view&) {
  return {};
}

}  // namespace opamplan::bgl

namespace opamplan {
using bgl::graph_edge;
using bgl::graph_view;
}  // namespace opamplan

template <>
struct boost::graph_traits<opamplan::bgl::graph_view> {
  using vertex_descriptor = std::uint32_t;
  using edge_descriptor = opamplan::bgl::graph_edge;
  using directed_category = boost::directed_tag;
  using edge_parallel_category = boost::disallow_parallel_edge_tag;
  using traversal_category = opamplan::bgl::graph_view_category;
  using vertex_iterator = boost::counting_iterator<std::uint32_t>;
  using out_edge_iterator = opamplan::bgl::out_edge_iterator;
  using vertices_size_type = std::size_t;
  using edges_size_type = std::size_t;
  using degree_size_type = std::size_t;
  static vertex_descriptor null_vertex() { return 0xffffffffU; }
};

template <>
struct boost::property_map<opamplan::bgl::graph_view, boost::vertex_index_t> {
  using type = boost::typed_identity_property_map<std::uint32_t>;
  using const_type = type;
};
