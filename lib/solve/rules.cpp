// The compiled definitions of opamplan/solve/rules.hpp.
#include "opamplan/solve/rules.hpp"

#include "opamplan/solve/impl/rules.ipp"
