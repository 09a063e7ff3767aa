// The compiled definitions of opamplan/repository/impl/readers.hpp.
#include "opamplan/repository/impl/readers.hpp"
#include "opamplan/repository/impl/directory.ipp"
#include "opamplan/repository/impl/local.ipp"
