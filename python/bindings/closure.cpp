/// \file
/// The Python side of the closure room.
#include <pybind11/stl.h>

#include <opamplan/closure/closure.hpp>

#include "bindings.hpp"
#include "solve.hpp"

namespace opamplan::python {
namespace {

struct named_closure {
  closure value;
  std::vector<std::string> names;
};

named_closure closure_of_result(const py_result& r) {
  named_closure c{closure_of(r.solution()), {}};
  for (const package_id p : c.value.packages) {
    c.names.push_back(r.universe->universe.repository().full_name(p));
  }
  return c;
}

}  // namespace

void bind_closure(py::module_& module) {
  module.def(
      "deps_json",
      [](const py_result& r) {
        const auto c = closure_of_result(r);
        return deps_json(c.value, c.names);
      },
      py::arg("solution"), "The transitive reduction of the closure, as package-tool prints it.");
  module.def(
      "install_order",
      [](const py_result& r, bool depth_first) {
        const auto c = closure_of_result(r);
        std::vector<std::string> out;
        for (const std::uint32_t p :
             order_of(c.value, depth_first ? install_order::depth_first : install_order::levels,
                      c.names)) {
          out.push_back(c.names[p]);
        }
        return out;
      },
      py::arg("solution"), py::arg("depth_first") = false,
      "The closure in install order: level by level, or depth first.");
  module.def(
      "dot",
      [](const py_result& r) {
        const auto c = closure_of_result(r);
        return dot(c.value, c.names);
      },
      py::arg("solution"), "The closure for Graphviz.");
}

}  // namespace opamplan::python
