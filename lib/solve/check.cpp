// The compiled definitions of opamplan/solve/check.hpp.
#include "opamplan/solve/check.hpp"

#include "opamplan/solve/impl/check.ipp"
