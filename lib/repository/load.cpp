// The compiled definitions of opamplan/repository/load.hpp.
#include "opamplan/repository/load.hpp"
#include "opamplan/repository/impl/load.ipp"
