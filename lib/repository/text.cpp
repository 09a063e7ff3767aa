// The compiled definitions of opamplan/repository/detail/text.hpp.
#include "opamplan/repository/detail/text.hpp"
#include "opamplan/repository/impl/text.ipp"
