// The compiled definitions of opamplan/emit/read_dockerfile.hpp.
#include "opamplan/emit/read_dockerfile.hpp"

#include "opamplan/emit/impl/read_dockerfile.ipp"
