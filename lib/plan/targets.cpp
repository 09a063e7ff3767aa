// The compiled definitions of opamplan/plan/targets.hpp.
#include "opamplan/plan/targets.hpp"

#include "opamplan/plan/impl/targets.ipp"
