// The compiled definitions of opamplan/emit/dockerfile.hpp.
#include "opamplan/emit/dockerfile.hpp"

#include "opamplan/emit/impl/dockerfile.ipp"
