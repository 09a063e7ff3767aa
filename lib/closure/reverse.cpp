// The compiled definitions of opamplan/closure/reverse.hpp.
#include "opamplan/closure/reverse.hpp"

#include "opamplan/closure/impl/reverse.ipp"
