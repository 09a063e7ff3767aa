/// \file
/// The Python side of the emit room.
#include "bindings.hpp"

namespace opamplan::python {

void bind_emit(py::module_& /* module */) {}

}  // namespace opamplan::python
