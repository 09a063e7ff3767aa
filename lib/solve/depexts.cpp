// The compiled definitions of opamplan/solve/depexts.hpp.
#include "opamplan/solve/depexts.hpp"

#include "opamplan/solve/impl/depexts.ipp"
