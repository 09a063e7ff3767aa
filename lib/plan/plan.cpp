// The compiled definitions of opamplan/plan/plan.hpp.
#include "opamplan/plan/plan.hpp"

#include "opamplan/plan/impl/plan.ipp"
