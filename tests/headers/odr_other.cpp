/// \file
/// The other translation unit.
#include <opamplan/opamplan.hpp>

bool other_unit_throws() {
  try {
    throw opamplan::cancelled();
  } catch (const opamplan::error&) {
    return true;
  }
}
