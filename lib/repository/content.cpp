// The compiled definitions of opamplan/repository/impl/content.hpp.
#include "opamplan/repository/impl/content.hpp"
#include "opamplan/repository/impl/content.ipp"
