// The compiled definitions of opamplan/plan/sha256.hpp.
#include "opamplan/plan/sha256.hpp"

#include "opamplan/plan/impl/sha256.ipp"
