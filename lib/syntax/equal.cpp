// The compiled definitions of opamplan/syntax/equal.hpp.
#include "opamplan/syntax/equal.hpp"

#include "opamplan/syntax/impl/equal.ipp"
