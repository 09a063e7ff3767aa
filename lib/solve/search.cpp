// The compiled definitions of opamplan/solve/search.hpp.
#include "opamplan/solve/search.hpp"

#include "opamplan/solve/impl/search.ipp"
