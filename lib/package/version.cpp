// The compiled definitions of opamplan/package/version.hpp.
#include "opamplan/package/version.hpp"

#include "opamplan/package/impl/version.ipp"
