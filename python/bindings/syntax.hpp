/// \file
/// Syntax trees as Python holds them: views that keep their file alive.
#pragma once

#include <memory>
#include <opamplan/syntax/ast.hpp>
#include <string_view>

#include "bindings.hpp"

namespace opamplan::python {

struct py_value {
  std::shared_ptr<syntax::file> file;
  syntax::value view;
};

struct py_item {
  std::shared_ptr<syntax::file> file;
  syntax::item view;
};

/// A str; bytes that are not UTF-8 as `surrogateescape` has them.
py::str text_of(std::string_view bytes);

}  // namespace opamplan::python
