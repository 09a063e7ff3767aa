// The compiled definitions of opamplan/emit/script.hpp.
#include "opamplan/emit/script.hpp"

#include "opamplan/emit/impl/script.ipp"
