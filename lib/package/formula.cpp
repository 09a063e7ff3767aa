// The compiled definitions of opamplan/package/formula.hpp.
#include "opamplan/package/formula.hpp"

#include "opamplan/package/impl/formula.ipp"
