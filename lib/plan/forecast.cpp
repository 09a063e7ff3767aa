// The compiled definitions of opamplan/plan/forecast.hpp.
#include "opamplan/plan/forecast.hpp"

#include "opamplan/plan/impl/forecast.ipp"
