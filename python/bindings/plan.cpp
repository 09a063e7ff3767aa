/// \file
/// The Python side of the plan room.
#include "bindings.hpp"

namespace opamplan::python {

void bind_plan(py::module_& /* module */) {}

}  // namespace opamplan::python
