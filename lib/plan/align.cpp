// The compiled definitions of opamplan/plan/align.hpp.
#include "opamplan/plan/align.hpp"

#include "opamplan/plan/impl/align.ipp"
