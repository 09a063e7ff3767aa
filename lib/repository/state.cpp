// The compiled definitions of opamplan/repository/impl/state.hpp.
#include "opamplan/repository/impl/state.hpp"
#include "opamplan/repository/impl/state.ipp"
