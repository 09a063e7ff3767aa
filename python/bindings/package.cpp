/// \file
/// The Python side of the package room.
#include "bindings.hpp"

namespace opamplan::python {

void bind_package(py::module_& /* module */) {}

}  // namespace opamplan::python
