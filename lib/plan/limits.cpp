// The compiled definitions of opamplan/plan/limits.hpp.
#include "opamplan/plan/limits.hpp"

#include "opamplan/plan/impl/limits.ipp"
