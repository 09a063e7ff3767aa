// The compiled definitions of opamplan/closure/closure.hpp.
#include "opamplan/closure/closure.hpp"

#include "opamplan/closure/impl/closure.ipp"
