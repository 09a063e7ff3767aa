// The compiled definitions of opamplan/plan/base64.hpp.
#include "opamplan/plan/base64.hpp"

#include "opamplan/plan/impl/base64.ipp"
