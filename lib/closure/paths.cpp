// The compiled definitions of opamplan/closure/paths.hpp.
#include "opamplan/closure/paths.hpp"

#include "opamplan/closure/impl/paths.ipp"
