// The compiled definitions of opamplan/repository/diagnostic.hpp.
#include "opamplan/repository/diagnostic.hpp"
#include "opamplan/repository/impl/diagnostic.ipp"
