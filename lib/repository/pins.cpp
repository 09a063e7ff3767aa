// The compiled definitions of opamplan/repository/impl/pins.hpp.
#include "opamplan/repository/impl/pins.hpp"
#include "opamplan/repository/impl/pins.ipp"
