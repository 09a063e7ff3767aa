// The compiled definitions of opamplan/syntax/parser.hpp.
#include "opamplan/syntax/parser.hpp"

#include "opamplan/syntax/impl/parser.ipp"
