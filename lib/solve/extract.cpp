// The compiled definitions of opamplan/solve/extract.hpp.
#include "opamplan/solve/extract.hpp"

#include "opamplan/solve/impl/extract.ipp"
