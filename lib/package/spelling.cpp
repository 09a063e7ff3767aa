// The compiled definitions of opamplan/package/spelling.hpp.
#include "opamplan/package/spelling.hpp"

#include "opamplan/package/impl/spelling.ipp"
