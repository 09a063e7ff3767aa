// The compiled definitions of opamplan/solve/align.hpp.
#include "opamplan/solve/align.hpp"

#include "opamplan/solve/impl/align.ipp"
