/// \file
/// The Python side of the repository room.
#include "bindings.hpp"

namespace opamplan::python {

void bind_repository(py::module_& /* module */) {}

}  // namespace opamplan::python
