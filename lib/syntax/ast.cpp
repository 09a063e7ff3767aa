// The compiled definitions of opamplan/syntax/ast.hpp.
#include "opamplan/syntax/ast.hpp"

#include "opamplan/syntax/impl/ast.ipp"
