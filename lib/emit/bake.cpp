// The compiled definitions of opamplan/emit/bake.hpp.
#include "opamplan/emit/bake.hpp"

#include "opamplan/emit/impl/bake.ipp"
