/// \file
/// The Python side of the closure room.
#include "bindings.hpp"

namespace opamplan::python {

void bind_closure(py::module_& /* module */) {}

}  // namespace opamplan::python
