// The compiled definitions of opamplan/repository/repository.hpp.
#include "opamplan/repository/repository.hpp"
#include "opamplan/repository/impl/repository.ipp"
