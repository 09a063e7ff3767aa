// The compiled definitions of opamplan/plan/graft.hpp.
#include "opamplan/plan/graft.hpp"

#include "opamplan/plan/impl/graft.ipp"
