// The compiled definitions of opamplan/repository/impl/beside.hpp.
#include "opamplan/repository/impl/beside.hpp"
#include "opamplan/repository/impl/beside.ipp"
