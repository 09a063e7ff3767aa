// The compiled definitions of opamplan/solve/explain.hpp.
#include "opamplan/solve/explain.hpp"

#include "opamplan/solve/impl/explain.ipp"
