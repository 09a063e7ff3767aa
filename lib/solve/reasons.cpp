// The compiled definitions of opamplan/solve/reasons.hpp.
#include "opamplan/solve/reasons.hpp"

#include "opamplan/solve/impl/reasons.ipp"
