// The compiled definitions of opamplan/plan/strategies.hpp.
#include "opamplan/plan/strategies.hpp"

#include "opamplan/plan/impl/strategies.ipp"
