// The compiled definitions of opamplan/package/filter.hpp.
#include "opamplan/package/filter.hpp"

#include "opamplan/package/impl/filter.ipp"
