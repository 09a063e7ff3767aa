// The compiled definitions of opamplan/syntax/printer.hpp.
#include "opamplan/syntax/printer.hpp"

#include "opamplan/syntax/impl/printer.ipp"
