// The compiled definitions of opamplan/syntax/json.hpp.
#include "opamplan/syntax/json.hpp"

#include "opamplan/syntax/impl/json.ipp"
