// The compiled definitions of opamplan/repository/queries.hpp.
#include "opamplan/repository/queries.hpp"
#include "opamplan/repository/impl/queries.ipp"
