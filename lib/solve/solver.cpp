// The compiled definitions of opamplan/solve/solver.hpp.
#include "opamplan/solve/solver.hpp"

#include "opamplan/solve/impl/solver.ipp"
