// The compiled definitions of opamplan/repository/detail/content.hpp.
#include "opamplan/repository/detail/content.hpp"
#include "opamplan/repository/impl/content.ipp"
