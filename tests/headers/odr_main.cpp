/// \file
/// One of two translation units that hold all of opamplan, header-only.
#include <opamplan/opamplan.hpp>
#include <stdexcept>

bool other_unit_throws();

int main() {
  try {
    throw opamplan::invalid_request("from main");
  } catch (const opamplan::error&) {
    return other_unit_throws() ? 0 : 1;
  }
}
