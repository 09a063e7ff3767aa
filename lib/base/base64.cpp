// The compiled definitions of opamplan/base/base64.hpp.
#include "opamplan/base/base64.hpp"

#include "opamplan/base/impl/base64.ipp"
