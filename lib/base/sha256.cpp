// The compiled definitions of opamplan/base/sha256.hpp.
#include "opamplan/base/sha256.hpp"

#include "opamplan/base/impl/sha256.ipp"
