// The compiled definitions of opamplan/repository/detail/pins.hpp.
#include "opamplan/repository/detail/pins.hpp"
#include "opamplan/repository/impl/pins.ipp"
