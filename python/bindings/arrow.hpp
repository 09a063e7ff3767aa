/// \file
/// Columns as an Arrow stream, for data frames: Arrow's C stream interface and PyCapsule protocol
/// (https://arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html), without pyarrow.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "bindings.hpp"
#include "typing.hpp"

namespace opamplan::python {

enum class arrow_type : std::uint8_t {
  text,     ///< utf8
  number,   ///< int64
  real,     ///< float64
  flag,     ///< bool
  texts,    ///< list of utf8
  numbers,  ///< list of int64
};

/// Names of columns with their types, in order; they do not depend on what is in them.
using arrow_schema = std::vector<std::pair<std::string, arrow_type>>;

using column_dict = py::typing::Dict<py::str, any_list>;

/// The capsule `arrow_array_stream` of columns of equal length, as one batch; None is null. A
/// schema that is asked for may be ignored, and is. Throws `invalid_request` for more than 2 GiB of
/// text in a column.
[[nodiscard]] py::capsule arrow_stream(const column_dict& columns, const arrow_schema& schema);

/// Defines `__arrow_c_stream__` by a function that gives the columns.
template <class Class, class Columns>
void as_arrow(Class& type, const Columns& columns, const arrow_schema& schema) {
  using self = typename Class::type;
  type.def(
      "__arrow_c_stream__",
      [columns, schema](const self& value, const py::object&) {
        return arrow_stream(columns(value), schema);
      },
      py::arg("requested_schema") = py::none(),
      "For `polars.DataFrame`, `pyarrow.table`, `pandas.DataFrame.from_arrow`: Arrow's PyCapsule "
      "protocol.");
}

}  // namespace opamplan::python
