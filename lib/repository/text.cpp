// The compiled definitions of opamplan/repository/impl/text.hpp.
#include "opamplan/repository/impl/text.hpp"
#include "opamplan/repository/impl/text.ipp"
