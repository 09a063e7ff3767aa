// The compiled definitions of opamplan/package/dependency.hpp.
#include "opamplan/package/dependency.hpp"

#include "opamplan/package/impl/dependency.ipp"
