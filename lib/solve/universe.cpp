// The compiled definitions of opamplan/solve/universe.hpp.
#include "opamplan/solve/universe.hpp"

#include "opamplan/solve/impl/universe.ipp"
