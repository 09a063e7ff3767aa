// The compiled definitions of opamplan/syntax/edit.hpp.
#include "opamplan/syntax/edit.hpp"

#include "opamplan/syntax/impl/edit.ipp"
