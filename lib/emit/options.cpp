// The compiled definitions of opamplan/emit/options.hpp.
#include "opamplan/emit/options.hpp"

#include "opamplan/emit/impl/options.ipp"
