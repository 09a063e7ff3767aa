// The compiled definitions of opamplan/solve/sat_core.hpp.
#include "opamplan/solve/sat_core.hpp"

#include "opamplan/solve/impl/sat_core.ipp"
