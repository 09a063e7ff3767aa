/// \file
/// The Python side of the syntax room.
#include "bindings.hpp"

namespace opamplan::python {

void bind_syntax(py::module_& /* module */) {}

}  // namespace opamplan::python
