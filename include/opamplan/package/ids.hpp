/// \file
/// Dense integer ids for names and package versions; strings live only at the border.
#pragma once

#include "opamplan/base/index.hpp"

namespace opamplan {

/// A package name of one repository. Ids ascend with the name, compared byte by byte.
using name_id = index<struct package_name>;

/// A package version of one repository. Ids ascend by name, then by opam's version order.
using package_id = index<struct package_version>;

}  // namespace opamplan
