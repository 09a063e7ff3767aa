// The compiled definitions of opamplan/repository/detail/beside.hpp.
#include "opamplan/repository/detail/beside.hpp"
#include "opamplan/repository/impl/beside.ipp"
