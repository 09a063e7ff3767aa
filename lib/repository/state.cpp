// The compiled definitions of opamplan/repository/detail/state.hpp.
#include "opamplan/repository/detail/state.hpp"
#include "opamplan/repository/impl/state.ipp"
