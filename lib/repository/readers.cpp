// The compiled definitions of opamplan/repository/detail/readers.hpp.
#include "opamplan/repository/detail/readers.hpp"
#include "opamplan/repository/impl/directory.ipp"
#include "opamplan/repository/impl/local.ipp"
