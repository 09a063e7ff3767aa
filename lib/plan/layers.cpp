// The compiled definitions of opamplan/plan/layers.hpp.
#include "opamplan/plan/layers.hpp"

#include "opamplan/plan/impl/layers.ipp"
