/// \file
/// The Python side of the solve room.
#include "bindings.hpp"

namespace opamplan::python {

void bind_solve(py::module_& /* module */) {}

}  // namespace opamplan::python
