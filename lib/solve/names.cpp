// The compiled definitions of opamplan/solve/names.hpp.
#include "opamplan/solve/names.hpp"

#include "opamplan/solve/impl/names.ipp"
