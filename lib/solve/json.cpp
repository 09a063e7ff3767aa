// The compiled definitions of opamplan/solve/json.hpp.
#include "opamplan/solve/json.hpp"

#include "opamplan/solve/impl/json.ipp"
