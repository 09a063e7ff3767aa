// The compiled definitions of opamplan/emit/archives.hpp.
#include "opamplan/emit/archives.hpp"

#include "opamplan/emit/impl/archives.ipp"
