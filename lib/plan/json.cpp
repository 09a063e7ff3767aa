// The compiled definitions of opamplan/plan/json.hpp.
#include "opamplan/plan/json.hpp"

#include "opamplan/plan/impl/json.ipp"
