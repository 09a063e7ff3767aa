// The compiled definitions of opamplan/emit/names.hpp.
#include "opamplan/emit/names.hpp"

#include "opamplan/emit/impl/names.ipp"
