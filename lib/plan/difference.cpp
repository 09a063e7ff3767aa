// The compiled definitions of opamplan/plan/difference.hpp.
#include "opamplan/plan/difference.hpp"

#include "opamplan/plan/impl/difference.ipp"
