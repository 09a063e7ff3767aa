// The compiled definitions of opamplan/package/environment.hpp.
#include "opamplan/package/environment.hpp"

#include "opamplan/package/impl/environment.ipp"
