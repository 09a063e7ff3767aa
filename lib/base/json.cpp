// The compiled definitions of opamplan/base/json.hpp.
#include "opamplan/base/json.hpp"

#include "opamplan/base/impl/json.ipp"
