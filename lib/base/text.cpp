// The compiled definitions of opamplan/base/text.hpp.
#include "opamplan/base/text.hpp"

#include "opamplan/base/impl/text.ipp"
