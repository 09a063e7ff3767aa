// The compiled definitions of opamplan/plan/batches.hpp.
#include "opamplan/plan/batches.hpp"

#include "opamplan/plan/impl/batches.ipp"
