// The compiled definitions of opamplan/emit/llb.hpp.
#include "opamplan/emit/llb.hpp"

#include "opamplan/emit/impl/llb.ipp"
